#include "core/original_id.h"

#include <algorithm>
#include <cctype>

#include "base/digest.h"

namespace tapedeck {

namespace {

constexpr std::string_view time_form = "_dddd-dd-dd_dd-dd-dd";

bool has_form(std::string_view text) {
  auto fits = [](char c, char wanted) {
    return wanted == 'd' ? std::isdigit(static_cast<unsigned char>(c)) != 0 : c == wanted;
  };
  return text.size() == time_form.size() &&
         std::equal(text.begin(), text.end(), time_form.begin(), fits);
}

/// "_2018-05-01_10-11-12"; nothing for a date that there is not.
std::optional<Time> parse_time(std::string_view text) {
  auto form = std::string(text.substr(1));
  form[10] = 'T';
  form[13] = form[16] = ':';
  return parse_rfc3339(form + "Z");
}

}  // namespace

std::optional<OriginalId> parse_original_id(std::string_view text) {
  // The last one counts: a user's id may look like anything.
  for (auto at = text.rfind('_'); at != std::string_view::npos && at > 0;
       at = text.rfind('_', at - 1)) {
    auto part = text.substr(at, time_form.size());
    auto rest = text.substr(std::min(at + time_form.size(), text.size()));
    if (!has_form(part) || (!rest.empty() && rest.front() != '.')) continue;
    auto time = parse_time(part);
    if (!time) return std::nullopt;
    return OriginalId{std::string(text.substr(0, at)), *time, std::string(rest)};
  }
  return std::nullopt;
}

RecordingId recording_id_of_original(std::string_view original_id) {
  auto parsed = parse_original_id(original_id);
  auto count = parsed ? parsed->time.time_since_epoch().count() : 0;
  auto millis = static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0));
  auto digest = sha256_of("original recording " + std::string(original_id));
  RecordingId id;
  auto& bytes = id.value.bytes;
  for (std::size_t i = 0; i < 6; ++i) {
    bytes[i] = static_cast<unsigned char>(millis >> (8 * (5 - i)) & 0xff);
  }
  std::copy_n(digest.begin(), bytes.size() - 6, bytes.begin() + 6);
  return id;
}

std::optional<std::string> original_id_of(const Recording& recording) {
  const auto& kept = recording.description.client_id;
  if (kept.empty() || recording_id_of_original(kept) != recording.id) return std::nullopt;
  return kept;
}

}  // namespace tapedeck
