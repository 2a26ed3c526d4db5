#include "api/tus.h"

#include "api/problem.h"

namespace tapedeck::api {

namespace {

constexpr int checksum_mismatch = 460;

/// A conflict without an offset: a newer request came before this one had its turn.
Error as_tus_has_it(const http::Request& request, const Error& error) {
  bool is_settled = error.fault() == Fault::not_found || error.fault() == Fault::invalid;
  bool is_look = request.method == "HEAD" && !is_settled;
  bool is_overtaken = error.fault() == Fault::conflict && !error.offset;
  if (!is_upload_path(request.target) || (!is_look && !is_overtaken)) return error;
  return {Fault::locked, error.what()};
}

}  // namespace

bool is_uploads_path(const http::Target& target) {
  const auto& segments = target.segments;
  return (segments.size() == 3 || segments.size() == 4) && segments[0] == "api" &&
         segments[1] == "v1" && segments[2] == "uploads";
}

bool is_upload_path(const http::Target& target) {
  return is_uploads_path(target) && target.segments.size() == 4;
}

void add_upload_state(const OpenUpload& open, http::Fields& fields) {
  fields.set("Upload-Offset", std::to_string(open.recording.size));
  fields.set("Upload-Expires", format_http_date(open.expires_at));
  fields.set("Recording-Id", open.recording.id.text());
}

http::Response answer_tus_failure(const http::Request& request, const Error& error,
                                  const std::string& request_id) {
  auto shown = as_tus_has_it(request, error);
  std::optional<int> status;
  if (shown.fault() == Fault::digest_mismatch) status = checksum_mismatch;
  auto response = make_problem(shown, request_id, status);
  if (shown.fault() == Fault::conflict && shown.offset) {
    response.fields.set("Upload-Offset", std::to_string(*shown.offset));
  }
  return response;
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

}  // namespace tapedeck::api
