// Uploads that can go on after a break. Two protocols share their URLs: what a request says
// decides.
#include "api/answers.h"
#include "api/direct.h"
#include "api/draft.h"
#include "api/problem.h"
#include "api/routes.h"
#include "api/tus.h"
#include "api/upload_url.h"

namespace tapedeck::api {

Task<http::Response> show_upload_options(Context& context, Call& call) {
  auto bytes_max = context.parts.uploads.bytes_max();
  auto response = answer_nothing();
  response.fields.set("Allow", call.allowed);
  add_tus_abilities(bytes_max, response.fields);
  add_draft_abilities(bytes_max, response.fields);
  co_return response;
}

Task<http::Response> show_recordings_options(Context& context, Call& call) {
  auto response = answer_nothing();
  response.fields.set("Allow", call.allowed);
  add_draft_abilities(context.parts.uploads.bytes_max(), response.fields);
  co_return response;
}

Task<http::Response> begin_upload(Context& context, Call& call) {
  if (call.draft && call.draft->complete) co_return co_await begin_draft_upload(context, call);
  if (asks_for_direct(call.request)) co_return co_await begin_direct_upload(context, call);
  co_return co_await begin_tus_upload(context, call);
}

Task<http::Response> show_upload(Context& context, Call& call) {
  const auto& secret = call.parameters.front();
  auto bearer = find_bearer_of_upload(call.request);
  auto open = co_await context.parts.uploads.settle(secret, bearer);
  auto response = http::make_response(call.draft ? 204 : 200);
  auto& fields = response.fields;
  add_upload_state(open, fields);
  auto length = length_of(open.recording);
  if (length) fields.set("Upload-Length", std::to_string(*length));
  // A request that says neither hears both.
  bool is_tus = call.request.fields.contains("Tus-Resumable");
  if (!call.draft) add_tus_state(open, fields);
  if (!is_tus) add_draft_state(context, open, call.draft.value_or(Draft{}), fields);
  co_return response;
}

Task<http::Response> append_to_upload(Context& context, Call& call) {
  if (call.draft) co_return co_await append_to_draft_upload(context, call);
  co_return co_await append_to_tus_upload(context, call);
}

Task<http::Response> end_upload(Context& context, Call& call) {
  if (call.draft) co_return co_await end_draft_upload(context, call);
  if (!call.request.fields.contains("Tus-Resumable")) {
    auto is_direct = co_await is_direct_upload(context, call);
    if (is_direct) co_return co_await end_direct_upload(context, call);
  }
  co_return co_await end_tus_upload(context, call);
}

Task<http::Response> override_method(Context& context, Call& call) {
  auto method = call.request.fields.find("X-HTTP-Method-Override").value_or("");
  if (method == "PATCH") co_return co_await append_to_upload(context, call);
  if (method == "DELETE") co_return co_await end_upload(context, call);
  if (method == "HEAD") co_return co_await show_upload(context, call);
  auto response = make_problem(Refusal::method_not_allowed,
                               "POST here carries PATCH, DELETE or HEAD in X-HTTP-Method-Override.",
                               call.request_id);
  response.fields.set("Allow", call.allowed);
  co_return response;
}

}  // namespace tapedeck::api
