// Uploads whose bytes go straight to the store.
#include <charconv>

#include "api/answers.h"
#include "api/direct.h"
#include "api/direct_fields.h"
#include "api/recording_answers.h"
#include "api/routes.h"
#include "api/upload_fields.h"
#include "api/upload_url.h"

namespace tapedeck::api {

namespace {

constexpr const char* check_again_after = "1";  // seconds: the work goes on when it is asked for

int parse_from(const Call& call) {
  auto text = call.request.target.find("from").value_or("1");
  int number = 0;
  auto end = text.data() + text.size();
  auto [stopped, failed] = std::from_chars(text.data(), end, number);
  if (failed == std::errc() && stopped == end) return number;
  throw Error(Fault::invalid, "The parameter from is the number of a part.");
}

}  // namespace

bool asks_for_direct(const http::Request& request) {
  auto type = request.fields.find("Content-Type").value_or("");
  return media_type_of(type) == "application/json" && !request.fields.contains("Tus-Resumable");
}

Task<http::Response> begin_direct_upload(Context& context, Call& call) {
  auto object = co_await read_object(call);
  auto wanted = parse_direct_upload(object);
  wanted.idempotency_key = parse_idempotency_key(call.request.fields);
  auto direct = co_await context.parts.direct.open(call.who(), std::move(wanted));
  auto response = answer_json(201, json_of(direct));
  response.fields.set("Location", location_of(direct.open));
  co_return response;
}

Task<http::Response> list_upload_parts(Context& context, Call& call) {
  const auto& secret = call.parameters.front();
  auto bearer = find_bearer_of_upload(call.request);
  auto from = parse_from(call);
  auto direct = co_await context.parts.direct.list_parts(secret, bearer, from);
  co_return answer_json(200, json_of(direct));
}

Task<http::Response> complete_upload(Context& context, Call& call) {
  const auto& secret = call.parameters.front();
  auto bearer = find_bearer_of_upload(call.request);
  auto object = co_await read_object_if_any(call);
  auto completion = parse_completion(object);
  auto progress = co_await context.parts.direct.complete(secret, bearer, completion);
  if (progress.is_complete) {
    Created created{std::move(progress.recording), false};
    co_return answer_created(context, call, created);
  }
  auto response = answer_json(202, json_of(progress));
  response.fields.set("Retry-After", check_again_after);
  co_return response;
}

Task<bool> is_direct_upload(Context& context, Call& call) {
  const auto& secret = call.parameters.front();
  auto bearer = find_bearer_of_upload(call.request);
  auto open = co_await context.parts.uploads.find(secret, bearer);
  co_return !open.recording.direct.empty();
}

Task<http::Response> end_direct_upload(Context& context, Call& call) {
  const auto& secret = call.parameters.front();
  auto bearer = find_bearer_of_upload(call.request);
  co_await context.parts.uploads.terminate(secret, bearer);
  co_return answer_nothing();
}

}  // namespace tapedeck::api
