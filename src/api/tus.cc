#include "api/tus.h"

#include <fmt/format.h>

#include "api/answers.h"
#include "api/problem.h"
#include "api/tus_fields.h"
#include "api/upload_fields.h"
#include "api/upload_url.h"
#include "http/structured.h"

namespace tapedeck::api {

namespace {

constexpr int checksum_mismatch = 460;
constexpr const char* chunk_type = "application/offset+octet-stream";
// No spaces: there are clients that split at the comma and do not trim.
constexpr const char* extensions =
    "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination,"
    "concatenation";

bool speaks_tus(const http::Request& request) {
  auto versions = request.fields.find_all("Tus-Resumable");
  return versions.size() == 1 && versions.front() == tus_version;
}

bool has_chunk(const http::Request& request) {
  return media_type_of(request.fields.find("Content-Type").value_or("")) == chunk_type;
}

http::Response refuse_tus_version(const std::string& request_id) {
  auto response = make_problem(
      Error(Fault::precondition_failed,
            "Say which protocol you speak: \"Tus-Resumable: 1.0.0\", or the fields of the "
            "resumable upload draft."),
      request_id);
  response.fields.set("Tus-Version", tus_version);
  return response;
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
  // The id is the whole recording's, also where a client says it of each part.
  if (wanted.partial) wanted.description.client_id.clear();
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
  response.fields.set("Location", location_of(open));
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

}  // namespace

void add_tus_abilities(ByteCount bytes_max, http::Fields& fields) {
  fields.set("Tus-Version", tus_version);
  fields.set("Tus-Extension", extensions);
  fields.set("Tus-Max-Size", std::to_string(bytes_max));
  fields.set("Tus-Checksum-Algorithm", checksum_algorithms);
}

void add_tus_state(const OpenUpload& open, http::Fields& fields) {
  const auto& upload = open.upload;
  if (!length_of(open.recording)) fields.set("Upload-Defer-Length", "1");
  if (!upload.metadata.empty()) fields.set("Upload-Metadata", upload.metadata);
  if (!upload.concatenation.empty()) fields.set("Upload-Concat", upload.concatenation);
}

Task<http::Response> begin_tus_upload(Context& context, Call& call) {
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

// ---- one upload --------------------------------------------------------------------------------

Task<http::Response> append_to_tus_upload(Context& context, Call& call) {
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

Task<http::Response> end_tus_upload(Context& context, Call& call) {
  if (!speaks_tus(call.request)) co_return refuse_tus_version(call.request_id);
  const auto& secret = call.parameters.front();
  auto bearer = find_bearer_of_upload(call.request);
  co_await context.parts.uploads.terminate(secret, bearer);
  co_return answer_nothing();
}

http::Response answer_tus_failure(const http::Request& request, const Error& error,
                                  const std::string& request_id) {
  auto shown = error_at_upload(request, error);
  std::optional<int> status;
  if (shown.fault() == Fault::digest_mismatch) status = checksum_mismatch;
  auto response = make_problem(shown, request_id, status);
  if (shown.fault() == Fault::conflict && shown.offset) {
    response.fields.set("Upload-Offset", std::to_string(*shown.offset));
  }
  return response;
}

}  // namespace tapedeck::api
