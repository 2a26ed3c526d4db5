#include "main/direct_upload.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "main/answers.h"

namespace tapedeck {

namespace {

// Without a byte in either direction for so long, the connection is taken for dead. Completing an
// upload may keep the server busy for longer than an append does.
constexpr std::chrono::seconds idle_time{60};

Error unreadable() {
  return {Fault::unavailable, "The server's answer to a direct upload cannot be read."};
}

PartToSend read_part(const json::value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) throw unreadable();
  PartToSend part;
  auto offset = find_integer(*object, "offset").value_or(-1);
  auto bytes = find_integer(*object, "bytes").value_or(0);
  part.number = static_cast<int>(find_integer(*object, "number").value_or(0));
  part.url = find_string(*object, "url").value_or("");
  part.etag = find_string(*object, "etag").value_or("");
  if (offset < 0 || bytes <= 0 || part.number < 1) throw unreadable();
  auto begin = static_cast<ByteCount>(offset);
  part.range = {begin, begin + static_cast<ByteCount>(bytes)};
  return part;
}

json::object describe(const UploadDescription& description, ByteCount length) {
  json::object body{{"mode", "direct"}, {"length", length}};
  body["clientId"] = description.client_id;
  body["title"] = description.title;
  body["note"] = description.note;
  body["tags"] = json::value_from(description.tags);
  body["recordedAt"] = description.recorded_at;
  body["filename"] = description.file_name;
  return body;
}

http::ClientRequest make_request(const ServerDoor& door, std::string method, std::string target) {
  http::ClientRequest request;
  request.method = std::move(method);
  request.target = std::move(target);
  door.authorize(request);
  return request;
}

}  // namespace

DirectUpload::DirectUpload(const ServerDoor& door)
    : door_(door), client_(door.make_client({.idle_time = idle_time})) {}

Task<json::object> DirectUpload::call(http::ClientRequest& request, const json::object* body) {
  auto text = body == nullptr ? std::string() : json::serialize(*body);
  MemorySource source(text);
  if (body != nullptr) {
    request.fields.set("Content-Type", "application/json");
    request.body = &source;
    request.body_bytes = text.size();
  }
  auto response = co_await client_.send(request);
  status_ = response.status;
  answered_location_ = response.fields.find("Location").value_or("");
  auto answer = co_await read_answer(response);
  if (answer.is_null()) co_return json::object();
  if (!answer.is_object()) throw unreadable();
  co_return std::move(answer.as_object());
}

Task<std::optional<ByteCount>> DirectUpload::find_wanted() {
  auto request = make_request(door_, "GET", "/api/v1/config");
  json::object answer;
  try {
    answer = co_await call(request, nullptr);
  } catch (const Error& error) {
    if (error.fault() != Fault::not_found) throw;
  }
  const auto* uploads = answer.if_contains("uploads");
  if (uploads == nullptr || !uploads->is_object()) co_return std::nullopt;
  auto from = find_integer(uploads->as_object(), "direct_from_bytes");
  if (!from || *from < 0) co_return std::nullopt;
  co_return static_cast<ByteCount>(*from);
}

PartsPage DirectUpload::read_page(const json::object& answer) {
  PartsPage page;
  recording_id_ = find_string(answer, "recording_id").value_or("");
  page.is_assembled = find_bool(answer, "assembled").value_or(false);
  auto next = find_integer(answer, "next_part");
  if (next) page.next = static_cast<int>(*next);
  const auto* parts = answer.if_contains("parts");
  if (parts == nullptr || !parts->is_array()) throw unreadable();
  for (const auto& part : parts->as_array()) page.parts.push_back(read_part(part));
  if (page.parts.empty() && !page.is_assembled) throw unreadable();
  return page;
}

Task<PartsPage> DirectUpload::create(const UploadDescription& description, ByteCount length) {
  auto request = make_request(door_, "POST", "/api/v1/uploads");
  auto body = describe(description, length);
  auto answer = co_await call(request, &body);
  if (!answered_location_.starts_with('/')) throw unreadable();
  auto page = read_page(answer);
  location_ = answered_location_;
  co_return page;
}

Task<PartsPage> DirectUpload::list_parts(int from) {
  auto request = make_request(door_, "GET", fmt::format("{}/parts?from={}", location_, from));
  auto answer = co_await call(request, nullptr);
  co_return read_page(answer);
}

Task<std::optional<json::object>> DirectUpload::complete(const std::vector<PartToSend>& parts,
                                                         const Sha256Digest& sha256) {
  json::array named;
  for (const auto& part : parts) {
    named.emplace_back(json::object{{"number", part.number}, {"etag", part.etag}});
  }
  json::object body{{"parts", std::move(named)}, {"sha256", to_hex(view_of(sha256))}};
  auto request = make_request(door_, "POST", location_ + "/complete");
  auto answer = co_await call(request, &body);
  if (status_ == 202) co_return std::nullopt;
  co_return answer;
}

Task<void> DirectUpload::terminate() {
  auto request = make_request(door_, "DELETE", location_);
  co_await call(request, nullptr);
  location_.clear();
}

Task<std::string> put_part(http::Client& store, const std::string& target, ByteSource& body,
                           ByteCount bytes) {
  http::ClientRequest request;
  request.method = "PUT";
  request.target = target;
  request.body = &body;
  request.body_bytes = bytes;
  auto response = co_await store.send(request);
  auto text = co_await read_all(*response.body, 64 * KiB);
  auto etag = std::string(response.fields.find("ETag").value_or(""));
  if (response.status == 200 && !etag.empty()) co_return etag;
  throw Error(Fault::unavailable, fmt::format("The store refuses a part ({}).", response.status));
}

SplitUrl split_url(const std::string& url) {
  auto scheme = url.find("://");
  auto slash = scheme == std::string::npos ? scheme : url.find('/', scheme + 3);
  if (slash == std::string::npos) throw unreadable();
  SplitUrl split;
  split.name = url.substr(0, slash);
  split.target = url.substr(slash);
  auto origin = http::parse_origin(split.name);
  if (!origin) throw unreadable();
  split.origin = *origin;
  return split;
}

}  // namespace tapedeck
