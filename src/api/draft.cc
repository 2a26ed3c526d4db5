#include "api/draft.h"

#include <algorithm>

#include <fmt/format.h>

#include "api/answers.h"
#include "api/draft_interim.h"
#include "api/problem.h"
#include "api/recording_answers.h"
#include "api/tus_fields.h"
#include "api/upload_fields.h"
#include "api/upload_url.h"
#include "base/encoding.h"
#include "http/digest_fields.h"

namespace tapedeck::api {

namespace {

constexpr ByteCount structured_integer_max = 999'999'999'999'999;
constexpr std::string_view registry = "https://iana.org/assignments/http-problem-types#";
// Under it, in Upload::metadata, stands the digest of the whole that the creation announced.
// Stored. Do not rename.
constexpr const char* digest_key = "repr-digest";

std::string size_limit(ByteCount bytes_max) {
  return fmt::format("max-size={}, min-size=0", std::min(bytes_max, structured_integer_max));
}

std::string limits_of(Context& context, const OpenUpload& open, const Draft& draft) {
  auto left = std::max(open.expires_at - context.parts.env.now(), Millis(0));
  auto seconds = std::chrono::floor<std::chrono::seconds>(left).count();
  return fmt::format("{}, {}={}", size_limit(open.bytes_max), draft.age_limit(), seconds);
}

void add_completeness(const Draft& draft, bool complete, http::Fields& fields) {
  auto said = draft.inverted ? !complete : complete;
  fields.set(draft.inverted ? "Upload-Incomplete" : "Upload-Complete", said ? "?1" : "?0");
}

// ---- problems ----------------------------------------------------------------------------------

/// One of the draft's own problem types.
http::Response make_draft_problem(int status, std::string_view type, std::string_view title,
                                  const Call& call, json::object members = {}) {
  members["type"] = std::string(registry) + std::string(type);
  members["title"] = title;
  members["status"] = status;
  members["request_id"] = call.request_id;
  return http::make_response(status, "application/problem+json", json::serialize(members));
}

http::Response refuse_length(const Call& call) {
  return make_draft_problem(400, "inconsistent-upload-length",
                            "The lengths that were given for this upload contradict each other",
                            call);
}

http::Response refuse_completed(const Call& call) {
  return make_draft_problem(400, "completed-upload", "The upload is complete", call);
}

http::Response refuse_offset(const Call& call, const Draft& draft, ByteCount expected) {
  json::object members{{"expected-offset", expected}};
  auto provided = find_draft_count(call.request.fields, "Upload-Offset");
  if (provided) members["provided-offset"] = *provided;
  auto response = make_draft_problem(409, "mismatching-upload-offset",
                                     "The upload's offset is another one", call, members);
  response.fields.set("Upload-Offset", std::to_string(expected));
  add_completeness(draft, false, response.fields);
  return response;
}

http::Response refuse_type(const Call& call) {
  auto response = make_problem(
      Refusal::unsupported_media_type,
      fmt::format("Send what is to be appended as \"Content-Type: {}\".", partial_upload_type),
      call.request_id);
  response.fields.set("Accept-Patch", std::string(partial_upload_type));
  return response;
}

// ---- digests -----------------------------------------------------------------------------------

std::optional<std::string> find_sha256(const http::Digests& digests) {
  for (const auto& [algorithm, digest] : digests) {
    if (algorithm == DigestAlgorithm::sha256) return digest;
  }
  return std::nullopt;
}

/// Of the whole, as this request announces it.
std::optional<std::string> find_announced(const Call& call) {
  return find_sha256(http::parse_digest_field(call.request.fields, "Repr-Digest"));
}

/// Of the whole, as the creation announced it.
std::optional<std::string> find_announced(const Upload& upload) {
  for (const auto& [key, digest] : parse_metadata(upload.metadata)) {
    if (key == digest_key) return digest;
  }
  return std::nullopt;
}

// ---- appending ---------------------------------------------------------------------------------

NewAppend append_of(Call& call, const Draft& draft, ByteCount from) {
  NewAppend append;
  append.from = from;
  append.body = call.request.body.get();
  append.bytes = call.request.body_bytes;
  append.length = draft_length_of(call.request, draft, from).bytes;
  append.completes = *draft.complete;
  append.completes_at_length = false;
  append.ends_beyond_length = true;
  if (auto digest = find_announced(call)) append.whole = sha256_from_bytes(*digest);
  auto digests = http::parse_digest_field(call.request.fields, "Content-Digest");
  if (!digests.empty()) append.digest = digests.front();
  return append;
}

http::Response answer_incomplete(Context& context, int status, const OpenUpload& open,
                                 const Draft& draft) {
  auto response = http::make_response(status);
  add_upload_state(open, response.fields);
  add_draft_state(context, open, draft, response.fields);
  return response;
}

/// What the resource answers to which all of it was sent.
http::Response answer_complete(Context& context, const Call& call, const Created& created,
                               const Draft& draft) {
  auto response = answer_created(context, call, created);
  response.fields.set("Upload-Offset", std::to_string(created.recording.size));
  add_completeness(draft, true, response.fields);
  return response;
}

/// The recording was begun before, under the same key: what it has is compared, the rest appended.
Task<http::Response> repeat(Context& context, Call& call, const Draft& draft,
                            DraftInterim& interim) {
  auto incoming = parse_incoming(call);
  incoming.on_durable = interim.progress();
  auto description = parse_description(call);
  auto created = co_await context.parts.recordings.create(call.who(), description, incoming);
  co_return answer_complete(context, call, *created, draft);
}

/// Whether a request that appends at the end says something else of the length than is known, or
/// brings more.
bool contradicts(const Recording& recording, const http::Request& request, const Draft& draft) {
  auto said = draft_length_of(request, draft, recording.size);
  if (said.contradicts_itself) return true;
  if (said.bytes && recording.length && *said.bytes != *recording.length) return true;
  auto length = recording.length ? recording.length : said.bytes;
  return length && recording.size + request.body_bytes.value_or(0) > *length;
}

NewUpload new_upload_of(const Call& call, const DraftLength& length) {
  const auto& fields = call.request.fields;
  NewUpload wanted;
  wanted.description = parse_description(call);
  if (media_type_of(wanted.description.content_type) == partial_upload_type) {
    wanted.description.content_type.clear();
  }
  wanted.length = length.bytes;
  wanted.idempotency_key = parse_idempotency_key(fields);
  if (auto digest = find_announced(call))
    wanted.metadata = fmt::format("{} {}", digest_key, to_base64(*digest));
  return wanted;
}

}  // namespace

void add_draft_abilities(ByteCount bytes_max, http::Fields& fields) {
  fields.set("Accept-Patch", std::string(partial_upload_type));
  fields.set("Upload-Limit", size_limit(bytes_max));
}

void add_draft_state(Context& context, const OpenUpload& open, const Draft& draft,
                     http::Fields& fields) {
  add_completeness(draft, !may_grow(open.recording), fields);
  fields.set("Upload-Limit", limits_of(context, open, draft));
}

Task<http::Response> begin_draft_upload(Context& context, Call& call) {
  const auto& draft = *call.draft;
  auto& uploads = context.parts.uploads;
  auto length = draft_length_of(call.request, draft, 0);
  bool is_too_long = length.bytes && call.request.body_bytes.value_or(0) > *length.bytes;
  if (length.contradicts_itself || is_too_long) co_return refuse_length(call);
  if (*draft.complete && call.request.body_bytes == ByteCount{0}) throw no_bytes();
  http::parse_wanted_digests(call.request.fields);  // refused before the body is read
  auto append = append_of(call, draft, 0);
  auto wanted = new_upload_of(call, length);
  auto open = co_await uploads.open(call.who(), std::move(wanted));
  DraftInterim interim(context.parts.env, call, draft);
  co_await interim.offer(location_of(open), limits_of(context, open, draft));
  if (open.replayed && *draft.complete) co_return co_await repeat(context, call, draft, interim);
  auto appended = open;
  bool has_bytes = call.request.body_bytes != ByteCount{0};
  if (has_bytes && !open.replayed) {
    append.on_durable = interim.progress();
    appended = co_await uploads.append(open.secret, std::nullopt, append);
  }
  if (*draft.complete) {
    co_return answer_complete(context, call, {appended.recording, false}, draft);
  }
  auto response = answer_incomplete(context, 201, appended, draft);
  response.fields.set("Location", location_of(open));
  co_return response;
}

Task<http::Response> append_to_draft_upload(Context& context, Call& call) {
  const auto& draft = *call.draft;
  const auto& request = call.request;
  auto type = media_type_of(request.fields.find("Content-Type").value_or(""));
  if (draft.labels_appends() && type != partial_upload_type) co_return refuse_type(call);
  auto from = find_draft_count(request.fields, "Upload-Offset");
  if (!from || !draft.complete) {
    throw Error(Fault::invalid,
                "Send Upload-Offset, a number, and Upload-Complete, ?1 with the last bytes, else "
                "?0.");
  }
  const auto& secret = call.parameters.front();
  auto bearer = find_bearer_of_upload(request);
  auto before = co_await context.parts.uploads.find(secret, bearer);
  if (before.recording.size == *from && !may_grow(before.recording)) {
    co_return request.body_bytes == ByteCount{0} ? refuse_completed(call) : refuse_length(call);
  }
  if (before.recording.size == *from && contradicts(before.recording, request, draft)) {
    co_return refuse_length(call);
  }
  http::parse_wanted_digests(request.fields);
  DraftInterim interim(context.parts.env, call, draft);
  auto append = append_of(call, draft, *from);
  if (auto digest = find_announced(before.upload)) append.whole = sha256_from_bytes(*digest);
  append.on_durable = interim.progress();
  auto open = co_await context.parts.uploads.append(secret, bearer, append);
  if (!*draft.complete) co_return answer_incomplete(context, 204, open, draft);
  co_return answer_complete(context, call, {open.recording, false}, draft);
}

Task<http::Response> end_draft_upload(Context& context, Call& call) {
  const auto& secret = call.parameters.front();
  auto bearer = find_bearer_of_upload(call.request);
  co_await context.parts.uploads.terminate(secret, bearer);
  co_return answer_nothing();
}

http::Response answer_draft_failure(const Call& call, const Error& error, ByteCount bytes_max) {
  auto shown = error_at_upload(call.request, error);
  if (shown.fault() == Fault::conflict && shown.offset) {
    return refuse_offset(call, *call.draft, *shown.offset);
  }
  auto response = make_problem(shown, call.request_id);
  if (response.status == 413) response.fields.set("Upload-Limit", size_limit(bytes_max));
  bool is_ours = error.fault() == Fault::internal || error.fault() == Fault::unavailable ||
                 error.fault() == Fault::read_only;
  bool can_go_on = call.resumable || is_upload_path(call.request.target);
  response.abandon = is_ours && can_go_on && call.draft->version;
  return response;
}

}  // namespace tapedeck::api
