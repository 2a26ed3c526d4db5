#include "api/tus_fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <limits>

#include <fmt/format.h>

#include "api/upload_fields.h"
#include "base/encoding.h"
#include "base/error.h"

namespace tapedeck::api {

namespace {

constexpr ByteCount count_max = std::numeric_limits<std::int64_t>::max();

/// The value of a field that may come once.
std::optional<std::string_view> find_single(const http::Fields& fields, std::string_view name) {
  auto values = fields.find_all(name);
  if (values.size() > 1) throw Error(Fault::invalid, fmt::format("Send {} once.", name));
  if (values.empty()) return std::nullopt;
  return values.front();
}

/// What is before the first `mark`, which is taken away with it; all of it when there is none.
std::string_view take_until(std::string_view& text, char mark) {
  auto before = text.substr(0, text.find(mark));
  text.remove_prefix(std::min(before.size() + 1, text.size()));
  return before;
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::string find_value(const Metadata& metadata, std::initializer_list<std::string_view> names) {
  for (auto name : names) {
    for (const auto& [key, value] : metadata) {
      bool says_nothing = value.empty() || value == "null" || value == "undefined";
      if (key == name && !says_nothing) return value;
    }
  }
  return {};
}

struct Algorithm {
  std::string_view name;
  DigestAlgorithm algorithm;
  std::size_t bytes;
};
constexpr std::array known_algorithms{
    Algorithm{"sha1", DigestAlgorithm::sha1, 20},
    Algorithm{"sha256", DigestAlgorithm::sha256, 32},
    Algorithm{"md5", DigestAlgorithm::md5, 16},
    Algorithm{"crc32c", DigestAlgorithm::crc32c, 4},
};

}  // namespace

std::optional<ByteCount> find_count(const http::Fields& fields, std::string_view name) {
  auto text = find_single(fields, name);
  if (!text) return std::nullopt;
  ByteCount count = 0;
  auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), count);
  if (failed != std::errc() || end != text->data() + text->size() || count > count_max) {
    throw Error(Fault::invalid,
                fmt::format("{} is a number of bytes: digits alone, at most {}.", name, count_max));
  }
  return count;
}

ByteCount require_count(const http::Fields& fields, std::string_view name) {
  auto count = find_count(fields, name);
  if (!count) throw Error(Fault::invalid, fmt::format("Send the field {}.", name));
  return *count;
}

Metadata parse_metadata(std::string_view text) {
  Metadata metadata;
  while (!text.empty()) {
    auto pair = trim(take_until(text, ','));
    auto key = take_until(pair, ' ');
    auto value = parse_base64(trim(pair));
    if (key.empty() || !value) continue;
    auto same = [&](const auto& known) { return known.first == key; };
    auto known = std::find_if(metadata.begin(), metadata.end(), same);
    if (known == metadata.end()) {
      metadata.emplace_back(key, std::move(*value));
    } else {
      known->second = std::move(*value);
    }
  }
  return metadata;
}

Description describe(const Metadata& metadata) {
  Description description;
  description.title = find_value(metadata, {"title"});
  description.note = find_value(metadata, {"note"});
  description.tags = split_tags(find_value(metadata, {"tags"}));
  description.client_id = find_value(metadata, {"clientId", "client_id"});
  description.file_name = find_value(metadata, {"filename", "name"});
  description.content_type = find_value(metadata, {"filetype", "type", "contentType"});
  auto recorded_at = find_value(metadata, {"recordedAt", "recorded_at"});
  description.recorded_at = parse_rfc3339(recorded_at).value_or(Time{});
  return description;
}

std::optional<std::pair<DigestAlgorithm, std::string>> find_checksum(const http::Fields& fields) {
  auto text = find_single(fields, "Upload-Checksum");
  if (!text) return std::nullopt;
  auto name = take_until(*text, ' ');
  auto known = std::find_if(known_algorithms.begin(), known_algorithms.end(),
                            [&](const Algorithm& a) { return a.name == name; });
  if (known == known_algorithms.end()) {
    throw Error(Fault::invalid,
                fmt::format("The algorithm of Upload-Checksum is one of {}.", checksum_algorithms));
  }
  auto digest = parse_base64(*text);
  if (!digest || digest->size() != known->bytes) {
    throw Error(Fault::invalid,
                fmt::format("Upload-Checksum has {} bytes in base 64 behind \"{} \".", known->bytes,
                            known->name));
  }
  return std::pair(known->algorithm, std::move(*digest));
}

std::optional<Concatenation> find_concatenation(const http::Fields& fields) {
  auto text = find_single(fields, "Upload-Concat");
  if (!text) return std::nullopt;
  Concatenation concatenation;
  concatenation.partial = *text == "partial";
  if (concatenation.partial) return concatenation;
  bool is_final = take_until(*text, ';') == "final";
  while (!text->empty()) {
    auto url = take_until(*text, ' ');
    if (!url.empty()) concatenation.secrets.emplace_back(url.substr(url.rfind('/') + 1));
  }
  if (!is_final || concatenation.secrets.empty()) {
    throw Error(
        Fault::invalid,
        "Upload-Concat is \"partial\", or \"final;\" and the URLs of the parts with a space "
        "between them.");
  }
  return concatenation;
}

}  // namespace tapedeck::api
