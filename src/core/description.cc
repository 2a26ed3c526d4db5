#include "core/description.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "core/text.h"

namespace tapedeck {

namespace {

constexpr std::size_t word_bytes_max = 200;  // content_type, client_id
constexpr Time recorded_at_min = std::chrono::sys_days{std::chrono::year{1900} / 1 / 1};
constexpr Millis ahead_max = std::chrono::days(1);

bool is_credible(Time recorded_at, Time now) {
  return recorded_at >= recorded_at_min && recorded_at <= now + ahead_max;
}

/// Without empty and double ones, at most tags_max.
std::vector<std::string> clean_tags(const std::vector<std::string>& tags) {
  std::vector<std::string> clean;
  for (const auto& tag : tags) {
    if (clean.size() == tags_max) break;
    auto text = clean_line(tag, tag_bytes_max);
    if (text.empty() || std::find(clean.begin(), clean.end(), text) != clean.end()) continue;
    clean.push_back(std::move(text));
  }
  return clean;
}

void check_size(std::string_view what, std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return;
  throw Error(Fault::invalid,
              fmt::format("The {} has {} bytes; it may have at most {}: shorten it.", what,
                          text.size(), bytes_max));
}

}  // namespace

Description clean_description(Description description, Time now) {
  auto& d = description;
  d.title = clean_line(d.title, title_bytes_max);
  d.note = clean_text(d.note, note_bytes_max);
  d.tags = clean_tags(d.tags);
  d.file_name = clean_file_name(d.file_name);
  d.content_type = clean_line(d.content_type, word_bytes_max);
  d.client_id = clean_line(d.client_id, word_bytes_max);
  if (d.recorded_at == Time{} || !is_credible(d.recorded_at, now)) d.recorded_at = now;
  return description;
}

RecordingPatch checked_patch(RecordingPatch patch, Time now) {
  if (patch.title) {
    check_size("title", *patch.title, title_bytes_max);
    patch.title = clean_line(*patch.title, title_bytes_max);
  }
  if (patch.note) {
    check_size("note", *patch.note, note_bytes_max);
    patch.note = clean_text(*patch.note, note_bytes_max);
  }
  if (patch.tags) {
    for (const auto& tag : *patch.tags) check_size("tag", tag, tag_bytes_max);
    if (patch.tags->size() > tags_max) {
      throw Error(Fault::invalid, fmt::format("A recording may have at most {} tags.", tags_max));
    }
    patch.tags = clean_tags(*patch.tags);
  }
  if (patch.recorded_at && !is_credible(*patch.recorded_at, now)) {
    throw Error(
        Fault::invalid,
        "recorded_at must be after 1900 and at most a day in the future: correct the time.");
  }
  return patch;
}

}  // namespace tapedeck
