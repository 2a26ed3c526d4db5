#include "api/direct_fields.h"

#include <limits>
#include <string>
#include <utility>

#include "api/tus_fields.h"
#include "base/encoding.h"
#include "base/error.h"

namespace tapedeck::api {

namespace {

constexpr std::size_t parts_max = 10'000;  // what no store takes need not be read

/// The members that are texts, as tus metadata has them; tags also as an array.
Metadata metadata_of(const json::object& object) {
  Metadata metadata;
  for (const auto& [name, value] : object) {
    std::string key(name);
    if (value.is_string()) {
      metadata.emplace_back(std::move(key), std::string(value.as_string()));
    } else if (key == "tags" && value.is_array()) {
      std::string tags;
      for (const auto& tag : value.as_array()) {
        if (tag.is_string()) tags += (tags.empty() ? "" : ",") + std::string(tag.as_string());
      }
      metadata.emplace_back(std::move(key), std::move(tags));
    }
  }
  return metadata;
}

/// The names that a recording has elsewhere in our JSON.
void read_own_names(const json::object& object, Description& description) {
  auto text = [&](std::string_view name) -> std::string {
    auto member = object.find(name);
    bool is_text = member != object.end() && member->value().is_string();
    return is_text ? std::string(member->value().as_string()) : std::string();
  };
  if (description.file_name.empty()) description.file_name = text("file_name");
  if (description.content_type.empty()) description.content_type = text("content_type");
}

DirectPart parse_part(const json::value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) throw Error(Fault::invalid, "A part is {\"number\": …, \"etag\": …}.");
  auto number = find_integer(*object, "number").value_or(0);
  auto etag = find_string(*object, "etag").value_or("");
  if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"')) {
    etag = etag.substr(1, etag.size() - 2);
  }
  if (number < 1 || number > static_cast<std::int64_t>(parts_max) || !is_well_formed_etag(etag)) {
    throw Error(Fault::invalid,
                "A part has a number, from 1, and the etag that the store answered to its PUT.");
  }
  return {static_cast<int>(number), std::move(etag), 0};
}

json::object json_of(const DirectPartTarget& part) {
  json::object object{{"number", part.number},
                      {"offset", part.range.begin},
                      {"bytes", part.range.size()},
                      {"url", part.url}};
  if (part.etag) object["etag"] = *part.etag;
  return object;
}

}  // namespace

NewDirectUpload parse_direct_upload(const json::object& object) {
  if (find_string(object, "mode") != "direct") {
    throw Error(Fault::invalid,
                "An upload that is created in JSON has \"mode\": \"direct\"; others are created by "
                "tus (\"Tus-Resumable: 1.0.0\").");
  }
  auto length = find_integer(object, "length");
  if (!length || *length < 0) {
    throw Error(Fault::invalid, "Give the member \"length\": how many bytes the recording has.");
  }
  NewDirectUpload wanted;
  wanted.length = static_cast<ByteCount>(*length);
  wanted.description = describe(metadata_of(object));
  read_own_names(object, wanted.description);
  return wanted;
}

Completion parse_completion(const json::object& object) {
  Completion completion;
  if (auto hex = find_string(object, "sha256")) {
    auto bytes = parse_hex(*hex);
    completion.sha256 = bytes ? sha256_from_bytes(*bytes) : std::nullopt;
    if (!completion.sha256) {
      throw Error(Fault::invalid, "\"sha256\" is 64 hexadecimal digits, of all bytes.");
    }
  }
  auto parts = object.find("parts");
  if (parts == object.end()) return completion;
  if (!parts->value().is_array() || parts->value().as_array().size() > parts_max) {
    throw Error(Fault::invalid, "\"parts\" is an array of the parts, at most 10000.");
  }
  for (const auto& part : parts->value().as_array()) completion.parts.push_back(parse_part(part));
  return completion;
}

json::object json_of(const OpenDirectUpload& direct) {
  const auto& recording = direct.open.recording;
  json::array parts;
  for (const auto& part : direct.parts) parts.emplace_back(json_of(part));
  auto length = recording.length.value_or(recording.size);
  return {{"mode", "direct"},
          {"recording_id", recording.id.text()},
          {"length", length},
          {"assembled", direct.is_assembled},
          {"part_bytes", direct.part_bytes},
          {"part_count", direct.part_count},
          {"parts", std::move(parts)},
          {"next_part", direct.next ? json::value(*direct.next) : json::value(nullptr)},
          {"urls_expire_at", format_rfc3339(direct.urls_expire_at)},
          {"expires_at", format_rfc3339(direct.expires_at)}};
}

json::object json_of(const DirectProgress& progress) {
  return {{"recording_id", progress.recording.id.text()},
          {"complete", progress.is_complete},
          {"checked_bytes", progress.checked},
          {"length", progress.recording.length.value_or(progress.recording.size)}};
}

}  // namespace tapedeck::api
