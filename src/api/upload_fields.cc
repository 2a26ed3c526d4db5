#include "api/upload_fields.h"

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "base/error.h"
#include "http/digest_fields.h"
#include "http/disposition.h"

namespace tapedeck::api {

namespace {

constexpr std::size_t idempotency_key_bytes_max = 255;

/// Fields carry UTF-8 percent-encoded, or as it is.
std::string decode_field(std::string_view value) {
  return http::percent_decode(value).value_or(std::string(value));
}

std::optional<std::string> find_given(const http::Request& request,
                                      std::initializer_list<std::string_view> parameters,
                                      std::string_view field) {
  for (auto name : parameters) {
    if (auto value = request.target.find(name)) return std::string(*value);
  }
  if (field.empty()) return std::nullopt;
  auto value = request.fields.find(field);
  if (!value) return std::nullopt;
  return decode_field(*value);
}

std::string find_file_name(const Call& call) {
  if (!call.parameters.empty()) return call.parameters.front();
  const auto& request = call.request;
  if (auto name = find_given(request, {"filename", "name"}, "")) return *name;
  auto disposition = request.fields.find("Content-Disposition");
  return disposition ? http::parse_file_name(*disposition).value_or("") : std::string();
}

/// curl's --data-binary says "form" about everything; that declares nothing.
std::string find_content_type(const http::Request& request) {
  auto type = find_given(request, {"type", "filetype", "contentType"}, "").value_or("");
  if (type.empty()) type = request.fields.find("Content-Type").value_or("");
  return media_type_of(type) == "application/x-www-form-urlencoded" ? std::string() : type;
}

}  // namespace

std::vector<std::string> split_tags(std::string_view text) {
  std::vector<std::string> tags;
  while (!text.empty()) {
    auto comma = std::min(text.find(','), text.size());
    auto tag = text.substr(0, comma);
    tag.remove_prefix(std::min(tag.find_first_not_of(' '), tag.size()));
    while (tag.ends_with(' ')) tag.remove_suffix(1);
    if (!tag.empty()) tags.emplace_back(tag);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return tags;
}

std::string media_type_of(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  while (type.ends_with(' ') || type.ends_with('\t')) type.pop_back();
  std::transform(type.begin(), type.end(), type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return type;
}

bool is_form(const http::Request& request) {
  return media_type_of(request.fields.find("Content-Type").value_or("")).starts_with("multipart/");
}

Description parse_description(const Call& call) {
  const auto& request = call.request;
  Description description;
  description.title = find_given(request, {"title"}, "Title").value_or("");
  description.note = find_given(request, {"note"}, "Note").value_or("");
  description.tags = split_tags(find_given(request, {"tags"}, "Tags").value_or(""));
  description.client_id = find_given(request, {"client_id", "clientId"}, "Client-Id").value_or("");
  description.file_name = find_file_name(call);
  description.content_type = find_content_type(request);
  auto recorded_at = find_given(request, {"recorded_at", "recordedAt"}, "Recorded-At").value_or("");
  description.recorded_at = parse_rfc3339(recorded_at).value_or(Time{});
  return description;
}

Incoming parse_incoming(const Call& call) {
  const auto& fields = call.request.fields;
  Incoming incoming;
  incoming.body = call.request.body.get();
  incoming.bytes = call.request.body_bytes;
  incoming.digests = http::parse_digests(fields);
  incoming.idempotency_key = parse_idempotency_key(fields);
  return incoming;
}

std::string parse_idempotency_key(const http::Fields& fields) {
  auto key = fields.find("Idempotency-Key").value_or("");
  if (key.size() > idempotency_key_bytes_max) {
    throw Error(Fault::invalid, "An Idempotency-Key has at most 255 bytes; send a shorter one.");
  }
  return std::string(key);
}

}  // namespace tapedeck::api
