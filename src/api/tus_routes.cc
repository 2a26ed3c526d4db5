// tus 1.0.0 with all its extensions but checksum-trailer; docs/http.md, "Uploads that resume".
#include <fmt/format.h>

#include "api/answers.h"
#include "api/problem.h"
#include "api/routes.h"
#include "api/tus.h"
#include "api/tus_fields.h"
#include "api/upload_fields.h"
#include "http/authorization.h"
#include "http/structured.h"

namespace tapedeck::api {

namespace {

constexpr const char* chunk_type = "application/offset+octet-stream";
// No spaces: there are clients that split at the comma and do not trim.
constexpr const char* extensions =
    "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination,"
    "concatenation";

bool speaks_tus(const http::Request& request) {
  auto versions = request.fields.find_all("Tus-Resumable");
  return versions.size() == 1 && versions.front() == tus_version;
}

/// The token that came along. One that is none fits no upload, and gives not_found there.
std::optional<std::string_view> find_bearer_of_upload(const http::Request& request) {
  auto values = request.fields.find_all("Authorization");
  if (values.empty()) return std::nullopt;
  if (values.size() > 1) return std::string_view();
  return http::parse_bearer(values.front()).value_or(std::string_view());
}

bool has_chunk(const http::Request& request) {
  return media_type_of(request.fields.find("Content-Type").value_or("")) == chunk_type;
}

http::Response refuse_chunk_type(const Call& call) {
  return make_problem(Refusal::unsupported_media_type,
                      fmt::format("Send the bytes with \"Content-Type: {}\".", chunk_type),
                      call.request_id);
}

// ---- creation ----------------------------------------------------------------------------------

/// Throws unless exactly one of length and deferral is there (none for a final concatenation).
std::optional<ByteCount> parse_length(const http::Fields& fields, bool is_final) {
  auto length = find_count(fields, "Upload-Length");
  auto deferred = fields.find_all("Upload-Defer-Length");
  if (is_final) {
    if (!length && deferred.empty()) return std::nullopt;
    throw Error(Fault::invalid, "The length of a final upload is that of its parts: leave it out.");
  }
  bool is_deferred = deferred.size() == 1 && deferred.front() == "1";
  if (!deferred.empty() && !is_deferred) {
    throw Error(Fault::invalid, "Upload-Defer-Length is 1, or left out.");
  }
  if (length.has_value() == is_deferred) {
    throw Error(Fault::invalid,
                "Send either Upload-Length, or \"Upload-Defer-Length: 1\" while it is not known.");
  }
  return length;
}

NewUpload parse_new_upload(const Call& call, const std::optional<Concatenation>& concatenation) {
  const auto& fields = call.request.fields;
  NewUpload wanted;
  wanted.length = parse_length(fields, concatenation && !concatenation->partial);
  wanted.metadata = http::find_combined(fields, "Upload-Metadata").value_or("");
  wanted.description = describe(parse_metadata(wanted.metadata));
  wanted.concatenation = fields.find("Upload-Concat").value_or("");
  wanted.partial = concatenation && concatenation->partial;
  wanted.idempotency_key = parse_idempotency_key(fields);
  return wanted;
}

NewAppend append_of(const Call& call, ByteCount from) {
  NewAppend append;
  append.from = from;
  append.body = call.request.body.get();
  append.bytes = call.request.body_bytes;
  append.digest = find_checksum(call.request.fields);
  return append;
}

http::Response answer_created(const OpenUpload& open) {
  auto response = http::make_response(201);
  add_upload_state(open, response.fields);
  response.fields.set("Location", fmt::format("{}/{}", uploads_path, open.secret));
  return response;
}

Task<http::Response> concatenate(Context& context, Call& call, NewUpload wanted,
                                 const Concatenation& concatenation) {
  if (has_chunk(call.request) && call.request.body_bytes != ByteCount{0}) {
    throw Error(Fault::forbidden, "A final upload takes no bytes of its own.");
  }
  auto open = co_await context.parts.uploads.concatenate(call.who(), wanted, concatenation.secrets);
  co_return answer_created(open);
}

// ---- one upload --------------------------------------------------------------------------------

Task<http::Response> show_offset(Context& context, Call& call) {
  const auto& secret = call.parameters.front();
  auto bearer = find_bearer_of_upload(call.request);
  auto open = co_await context.parts.uploads.settle(secret, bearer);
  auto response = http::make_response(200);
  add_upload_state(open, response.fields);
  auto length = length_of(open.recording);
  if (length) {
    response.fields.set("Upload-Length", std::to_string(*length));
  } else {
    response.fields.set("Upload-Defer-Length", "1");
  }
  const auto& upload = open.upload;
  if (!upload.metadata.empty()) response.fields.set("Upload-Metadata", upload.metadata);
  if (!upload.concatenation.empty()) response.fields.set("Upload-Concat", upload.concatenation);
  co_return response;
}

Task<http::Response> append_chunk(Context& context, Call& call) {
  if (!speaks_tus(call.request)) co_return refuse_tus_version(call.request_id);
  if (!has_chunk(call.request)) co_return refuse_chunk_type(call);
  const auto& secret = call.parameters.front();
  auto bearer = find_bearer_of_upload(call.request);
  auto append = append_of(call, require_count(call.request.fields, "Upload-Offset"));
  append.length = find_count(call.request.fields, "Upload-Length");
  auto open = co_await context.parts.uploads.append(secret, bearer, append);
  auto response = answer_nothing();
  add_upload_state(open, response.fields);
  co_return response;
}

Task<http::Response> terminate(Context& context, Call& call) {
  if (!speaks_tus(call.request)) co_return refuse_tus_version(call.request_id);
  const auto& secret = call.parameters.front();
  auto bearer = find_bearer_of_upload(call.request);
  co_await context.parts.uploads.terminate(secret, bearer);
  co_return answer_nothing();
}

}  // namespace

Task<http::Response> show_upload_abilities(Context& context, Call& call) {
  auto response = answer_nothing();
  auto& fields = response.fields;
  fields.set("Allow", call.parameters.empty() ? "POST, OPTIONS" : "HEAD, PATCH, DELETE, OPTIONS");
  fields.set("Tus-Version", tus_version);
  fields.set("Tus-Extension", extensions);
  fields.set("Tus-Max-Size", std::to_string(context.parts.uploads.bytes_max()));
  fields.set("Tus-Checksum-Algorithm", checksum_algorithms);
  co_return response;
}

Task<http::Response> begin_upload(Context& context, Call& call) {
  if (!speaks_tus(call.request)) co_return refuse_tus_version(call.request_id);
  auto& uploads = context.parts.uploads;
  auto concatenation = find_concatenation(call.request.fields);
  auto wanted = parse_new_upload(call, concatenation);
  if (concatenation && !concatenation->partial) {
    co_return co_await concatenate(context, call, std::move(wanted), *concatenation);
  }
  auto append = append_of(call, 0);
  bool has_bytes = has_chunk(call.request) && append.bytes != ByteCount{0};
  if (has_bytes && wanted.length && append.bytes.value_or(0) > *wanted.length) {
    throw Error(Fault::too_large, "The body has more bytes than Upload-Length says.");
  }
  auto open = co_await uploads.open(call.who(), std::move(wanted));
  // What a repeated creation sends again is there already: the client goes on from the offset.
  if (!has_bytes || open.replayed) co_return answer_created(open);
  auto appended = co_await uploads.append(open.secret, std::nullopt, append);
  appended.secret = open.secret;
  co_return answer_created(appended);
}

Task<http::Response> show_upload(Context& context, Call& call) {
  co_return co_await show_offset(context, call);
}

Task<http::Response> append_upload(Context& context, Call& call) {
  co_return co_await append_chunk(context, call);
}

Task<http::Response> end_upload(Context& context, Call& call) {
  co_return co_await terminate(context, call);
}

Task<http::Response> override_method(Context& context, Call& call) {
  auto method = call.request.fields.find("X-HTTP-Method-Override").value_or("");
  if (method == "PATCH") co_return co_await append_chunk(context, call);
  if (method == "DELETE") co_return co_await terminate(context, call);
  if (method == "HEAD") co_return co_await show_offset(context, call);
  auto response = make_problem(Refusal::method_not_allowed,
                               "POST here carries PATCH, DELETE or HEAD in X-HTTP-Method-Override.",
                               call.request_id);
  response.fields.set("Allow", "HEAD, PATCH, DELETE, OPTIONS");
  co_return response;
}

}  // namespace tapedeck::api
