#include "main/tus_upload.h"

#include "base/encoding.h"
#include "http/target.h"
#include "main/answers.h"

namespace tapedeck {

namespace {

// Without a byte in either direction for so long, the connection is taken for dead.
constexpr std::chrono::seconds idle_time{20};

void add_pair(std::string& metadata, std::string_view key, const std::string& value) {
  if (value.empty()) return;
  if (!metadata.empty()) metadata += ",";
  metadata += std::string(key) + " " + to_base64(value);
}

/// The path of a URL that may be relative (ours are) or absolute (some proxies make them so).
std::string path_of(std::string_view location) {
  auto scheme = location.find("://");
  if (scheme != std::string_view::npos) {
    auto slash = location.find('/', scheme + 3);
    location = slash == std::string_view::npos ? "" : location.substr(slash);
  }
  if (!location.starts_with('/')) {
    throw Error(Fault::unavailable,
                "The server's answer names no place to send the recording to. Is the address "
                "another server's?");
  }
  return std::string(location);
}

Error no_offset() {
  return {Fault::unavailable, "The server's answer does not say how much it has."};
}

}  // namespace

std::string upload_metadata(const UploadDescription& description) {
  std::string tags;
  for (const auto& tag : description.tags) tags += (tags.empty() ? "" : ",") + tag;
  std::string metadata;
  add_pair(metadata, "clientId", description.client_id);
  add_pair(metadata, "title", description.title);
  add_pair(metadata, "note", description.note);
  add_pair(metadata, "tags", tags);
  add_pair(metadata, "recordedAt", description.recorded_at);
  add_pair(metadata, "filename", description.file_name);
  return metadata;
}

TusUpload::TusUpload(const ServerDoor& door)
    : door_(door), client_(door.make_client({.idle_time = idle_time})) {}

http::ClientRequest TusUpload::make_request(std::string method, std::string target) const {
  http::ClientRequest request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.fields.set("Tus-Resumable", "1.0.0");
  door_.authorize(request);
  return request;
}

/// Sends it, and reads a good answer to its end, so that the connection serves the next call too.
Task<http::Response> TusUpload::call(http::ClientRequest& request) {
  auto response = co_await client_.send(request);
  co_await refuse_problem(response);
  for (;;) {
    auto chunk = co_await response.body->read();
    if (chunk.empty()) break;
  }
  if (auto limit = find_append_limit(response)) append_bytes_max_ = limit;
  co_return response;
}

Task<void> TusUpload::create(const UploadDescription& description,
                             std::optional<ByteCount> length) {
  auto request = make_request("POST", "/api/v1/uploads");
  request.fields.set("Upload-Metadata", upload_metadata(description));
  if (length) {
    request.fields.set("Upload-Length", std::to_string(*length));
  } else {
    request.fields.set("Upload-Defer-Length", "1");
  }
  auto response = co_await call(request);
  auto offset = find_upload_offset(response);
  if (!offset) throw no_offset();
  location_ = path_of(response.fields.find("Location").value_or(""));
  recording_id_ = response.fields.find("Recording-Id").value_or("");
  offset_ = *offset;
}

Task<void> TusUpload::find_offset() {
  auto request = make_request("HEAD", location_);
  auto response = co_await call(request);
  auto offset = find_upload_offset(response);
  if (!offset) throw no_offset();
  offset_ = *offset;
}

Task<void> TusUpload::append(ByteSource& body, ByteCount bytes, std::optional<ByteCount> length) {
  auto request = make_request("PATCH", location_);
  request.fields.set("Upload-Offset", std::to_string(offset_));
  request.fields.set("Content-Type", "application/offset+octet-stream");
  if (length) request.fields.set("Upload-Length", std::to_string(*length));
  if (bytes > 0) {
    request.body = &body;
    request.body_bytes = bytes;
  }
  auto response = co_await call(request);
  auto offset = find_upload_offset(response);
  if (!offset) throw no_offset();
  offset_ = *offset;
}

Task<void> TusUpload::terminate() {
  auto request = make_request("DELETE", location_);
  co_await call(request);
  location_.clear();
}

Task<std::optional<json::object>> TusUpload::find_recording() {
  http::ClientRequest request;
  request.target = "/api/v1/recordings/" + http::percent_encode(recording_id_);
  door_.authorize(request);
  auto response = co_await client_.send(request);
  if (response.status == 403) co_return std::nullopt;
  auto answer = co_await read_answer(response);
  co_return answer.as_object();
}

}  // namespace tapedeck
