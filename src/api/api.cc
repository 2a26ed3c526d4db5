#include "api/api.h"

#include <algorithm>
#include <cctype>
#include <exception>

#include <fmt/format.h>

#include "api/context.h"
#include "api/cors.h"
#include "api/draft.h"
#include "api/original_bodies.h"
#include "api/problem.h"
#include "api/router.h"
#include "api/routes.h"
#include "api/tus.h"
#include "api/upload_url.h"
#include "base/id.h"
#include "http/authorization.h"

namespace tapedeck::api {

namespace {

constexpr std::size_t request_id_chars_max = 64;

/// The client's own id, if it is harmless in a log and a header; else a new one.
std::string choose_request_id(const http::Request& request, Env& env) {
  auto given = request.fields.find("X-Request-Id").value_or("");
  auto sane = !given.empty() && given.size() <= request_id_chars_max &&
              std::all_of(given.begin(), given.end(), [](unsigned char c) {
                return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
              });
  return sane ? std::string(given) : Ulid::make(env).text();
}

[[noreturn]] void refuse_limited(std::chrono::seconds wait) {
  Error error(Fault::limited, "Too many requests come from your address; wait " +
                                  std::to_string(wait.count()) + " s and go on more slowly.");
  error.retry_after = wait;
  throw error;
}

/// What was thrown, as an Error: a mistake of ours where it is not one.
Error error_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& error) {
    return {Fault::internal, error.what()};
  } catch (...) {
    return {Fault::internal, "something that is no exception"};
  }
}

void set_default(http::Fields& fields, std::string_view name, const char* value) {
  if (!fields.contains(name)) fields.set(name, value);
}

/// Refuses what could not have come whole: the bytes of one request, however they are framed.
void check_body(const Options& options, const http::Request& request) {
  if (!options.append_bytes_max) return;
  auto max = *options.append_bytes_max;
  if (request.body_bytes.value_or(0) <= max) return;
  throw Error(
      Fault::too_large,
      fmt::format("This server takes at most {} bytes in one request. Send the recording in "
                  "parts to /api/v1/uploads; /api/v1/config says how large they may be.",
                  max));
}

/// Upload-Limit is the draft's; its word for one append is good for clients of tus too, whose
/// protocol has none.
void announce_append_limit(const Options& options, const http::Request& request,
                           http::Fields& fields) {
  auto said = fields.find("Upload-Limit");
  if (!options.append_bytes_max || (!said && !is_uploads_path(request.target))) return;
  auto limit = fmt::format("max-append-size={}", *options.append_bytes_max);
  fields.set("Upload-Limit", said ? fmt::format("{}, {}", *said, limit) : limit);
}

bool is_login(const http::Request& request) {
  return !request.target.segments.empty() && request.target.segments.back() == "login";
}

}  // namespace

void count_sign_in(Context& context, const http::Request& request) {
  if (request.local) return;
  auto wait = context.sign_ins.take(request.remote_address, context.parts.env.now());
  if (wait) refuse_limited(*wait);
}

struct Api::Inside {
  Inside(Parts parts, Options options)
      : context(parts, std::move(options)), requests(context.options.requests_per_minute) {
    add_routes(router, context);
  }

  Task<http::Response> answer(Call& call, Match& match);
  Task<void> admit(const Route& route, Call& call);
  http::Response refuse_method(const Call& call, const Match& match);
  http::Response answer_failure(const Call& call, const Match& match, const Error& error);
  void log_failure(const Call& call, const Error& error);
  void finish(const Call& call, http::Response& response);

  Context context;
  AddressLimit requests;
  Router router;
};

/// Who calls, and whether the token may: throws unless so.
Task<void> Api::Inside::admit(const Route& route, Call& call) {
  if (route.access != Access::token) co_return;
  auto token = http::find_bearer(call.request.fields);
  if (!token) {
    throw Error(Fault::unauthenticated,
                "Send a token: \"Authorization: Bearer td_…\". POST /api/v1/sessions gives one.");
  }
  auto caller = co_await context.parts.accounts.identify(*token);
  if (route.scope) require(caller, *route.scope);
  call.caller = std::move(caller);
}

http::Response Api::Inside::refuse_method(const Call& call, const Match& match) {
  http::Response response;
  const auto& method = call.request.method;
  if (method == "OPTIONS") {
    response = http::make_response(204);
  } else if (match.original) {
    response = original_refusal(405, "MethodNotAllowedError", "Unsupported method: " + method);
  } else {
    response = make_problem(Refusal::method_not_allowed, "This path answers " + match.allowed + ".",
                            call.request_id);
  }
  response.fields.set("Allow", match.allowed);
  return response;
}

Task<http::Response> Api::Inside::answer(Call& call, Match& match) {
  auto& request = call.request;
  if (!request.local && !is_below_upload(request.target)) {
    auto wait = requests.take(request.remote_address, context.parts.env.now());
    if (wait) refuse_limited(*wait);
  }
  match = router.find(request.method, request.target.segments);
  if (match.allowed.empty()) {
    throw Error(Fault::not_found, "There is nothing at this path; /api/v1/docs lists what is.");
  }
  if (is_preflight(context.options.cors_origins, request)) {
    co_return answer_preflight(match.allowed);
  }
  if (match.route == nullptr) co_return refuse_method(call, match);
  call.parameters = std::move(match.parameters);
  call.allowed = match.allowed;
  co_await admit(*match.route, call);
  check_body(context.options, request);
  co_return co_await match.route->answer(call);
}

void Api::Inside::log_failure(const Call& call, const Error& error) {
  if (status_of(error.fault()) < 500) return;
  auto write = error.fault() == Fault::internal ? &Log::error : &Log::warning;
  (context.parts.log.*write)("request failed", {{"request_id", call.request_id},
                                                {"method", call.request.method},
                                                {"target", call.request.target.raw},
                                                {"error", error.what()}});
}

http::Response Api::Inside::answer_failure(const Call& call, const Match& match,
                                           const Error& error) {
  const auto& request = call.request;
  log_failure(call, error);
  if (match.original) return original_failure(error, request.method, is_login(request));
  if (call.draft) return answer_draft_failure(call, error, context.parts.uploads.bytes_max());
  if (is_uploads_path(request.target)) return answer_tus_failure(request, error, call.request_id);
  return make_problem(error, call.request_id);
}

void Api::Inside::finish(const Call& call, http::Response& response) {
  const auto& request = call.request;
  response.fields.set("X-Request-Id", call.request_id);
  set_default(response.fields, "X-Content-Type-Options", "nosniff");
  set_default(response.fields, "Referrer-Policy", "no-referrer");
  set_default(response.fields, "Cache-Control", "no-store");
  if (is_uploads_path(request.target)) response.fields.set("Tus-Resumable", tus_version);
  if (call.draft) add_draft_version(*call.draft, response.fields);
  announce_append_limit(context.options, request, response.fields);
  add_cors(context.options.cors_origins, request, response);
  if (request.method == "HEAD") response.body.reset();  // its length stays
}

Api::Api(Parts parts, Options options)
    : inside_(std::make_unique<Inside>(parts, std::move(options))) {}
Api::~Api() = default;

Task<http::Response> Api::serve(http::Request& request) {
  auto& inside = *inside_;
  auto request_id = choose_request_id(request, inside.context.parts.env);
  Call call{request, std::move(request_id), std::nullopt, {}};
  call.draft = find_draft(request);
  http::Response response;
  Match match;
  std::exception_ptr thrown;
  try {
    response = co_await inside.answer(call, match);
  } catch (...) {  // the only catch of a request
    thrown = std::current_exception();
  }
  if (thrown) {
    response = inside.answer_failure(call, match, error_of(thrown));
  }
  inside.finish(call, response);
  co_return response;
}

void Api::begin_stopping() {
  inside_->context.stopping = true;
}

}  // namespace tapedeck::api
