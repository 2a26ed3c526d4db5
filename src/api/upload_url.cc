#include "api/upload_url.h"

#include "http/authorization.h"

namespace tapedeck::api {

namespace {
constexpr std::string_view uploads_path = "/api/v1/uploads/";
}  // namespace

bool is_uploads_path(const http::Target& target) {
  const auto& segments = target.segments;
  return (segments.size() == 3 || segments.size() == 4) && segments[0] == "api" &&
         segments[1] == "v1" && segments[2] == "uploads";
}

bool is_upload_path(const http::Target& target) {
  return is_uploads_path(target) && target.segments.size() == 4 && !target.segments[3].empty();
}

bool is_below_upload(const http::Target& target) {
  const auto& segments = target.segments;
  return segments.size() >= 4 && segments[0] == "api" && segments[1] == "v1" &&
         segments[2] == "uploads" && !segments[3].empty();
}

std::string location_of(const OpenUpload& open) {
  return std::string(uploads_path) + open.secret;
}

std::optional<std::string_view> find_bearer_of_upload(const http::Request& request) {
  auto values = request.fields.find_all("Authorization");
  if (values.empty()) return std::nullopt;
  if (values.size() > 1) return std::string_view();
  return http::parse_bearer(values.front()).value_or(std::string_view());
}

void add_upload_state(const OpenUpload& open, http::Fields& fields) {
  fields.set("Upload-Offset", std::to_string(open.recording.size));
  fields.set("Upload-Expires", format_http_date(open.expires_at));
  fields.set("Recording-Id", open.recording.id.text());
}

Error error_at_upload(const http::Request& request, const Error& error) {
  bool is_about_it = error.fault() == Fault::not_found || error.fault() == Fault::invalid;
  bool is_look = request.method == "HEAD" && !is_about_it;
  bool is_overtaken = error.fault() == Fault::conflict && !error.offset;
  if (!is_upload_path(request.target) || (!is_look && !is_overtaken)) return error;
  return {Fault::locked, error.what()};
}

}  // namespace tapedeck::api
