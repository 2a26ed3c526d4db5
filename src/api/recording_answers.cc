#include "api/recording_answers.h"

#include "api/answers.h"
#include "api/json_of.h"
#include "http/digest_fields.h"

namespace tapedeck::api {

namespace {

/// Repr-Digest for a client that wants one; what we have is SHA-256.
void add_digest(const Call& call, const Recording& recording, http::Response& response) {
  if (!recording.sha256) return;
  for (auto wanted : http::parse_wanted_digests(call.request.fields)) {
    if (wanted != DigestAlgorithm::sha256) continue;
    response.fields.set("Repr-Digest", http::format_digest(wanted, view_of(*recording.sha256)));
    return;
  }
}

}  // namespace

http::EntityTag tag_of(const Recording& recording) {
  return {std::to_string(recording.version), false};
}

std::string location_of(RecordingId id) {
  return "/api/v1/recordings/" + id.text();
}

http::Response answer_recording(Context& context, int status, const Recording& recording) {
  auto response = answer_json(status, json_of(recording, context.parts.env.now()));
  response.fields.set("ETag", tag_of(recording).text());
  return response;
}

http::Response answer_created(Context& context, const Call& call, const Created& created) {
  auto response = answer_recording(context, created.replayed ? 200 : 201, created.recording);
  response.fields.set("Location", location_of(created.recording.id));
  if (created.replayed) response.fields.set("Idempotency-Replayed", "true");
  add_digest(call, created.recording, response);
  return response;
}

}  // namespace tapedeck::api
