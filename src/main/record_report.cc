#include "main/record_report.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "main/level_meter.h"
#include "main/setting_values.h"

namespace tapedeck {

namespace {

constexpr int bar_width = 20;
constexpr double bar_decibels = 60;  // what the whole bar stands for

std::string clock_of(double seconds) {
  auto whole = static_cast<std::uint64_t>(seconds);
  return fmt::format("{}:{:02}:{:02}", whole / 3'600, whole / 60 % 60, whole % 60);
}

std::string level_of(std::uint16_t peak) {
  auto decibels = decibels_of(peak);
  auto share = std::clamp(1 + decibels / bar_decibels, 0.0, 1.0);
  auto filled = static_cast<std::size_t>(std::lround(share * bar_width));
  auto clipped = peak >= 32'767 ? " too loud" : "";
  return fmt::format("  [{}{}] {:3.0f} dB{}", std::string(filled, '#'),
                     std::string(bar_width - filled, '.'), decibels, clipped);
}

json::value rounded(std::optional<double> number, double parts) {
  if (!number) return nullptr;
  return std::round(*number * parts) / parts;
}

}  // namespace

std::string record_line(const RecordProgress& progress) {
  auto line = fmt::format("rec {}", clock_of(progress.seconds));
  if (progress.peak) line += level_of(*progress.peak);
  line += "  safe on server: ";
  line += progress.safe_seconds ? fmt::format("{:.0f} s", std::floor(*progress.safe_seconds))
                                : format_bytes_rounded(progress.safe_bytes);
  if (progress.is_waiting) line += "  (waiting for the server; kept here meanwhile)";
  return line;
}

void RecordReport::note(const std::string& text) {
  line_.clear();
  print_note(text);
}

void RecordReport::started(const std::string& spool) {
  if (json_) {
    print_event("started", {{"spool", spool}});
  } else {
    note("Recording. Ctrl-C ends it.");
  }
}

void RecordReport::begun(const std::string& recording_id) {
  if (json_) print_event("begun", {{"id", recording_id}});
}

void RecordReport::progress(const RecordProgress& progress) {
  if (!json_) {
    line_.show(record_line(progress));
    return;
  }
  std::optional<double> level;
  if (progress.peak) level = decibels_of(*progress.peak);
  print_event("progress", {{"seconds", rounded(progress.seconds, 1'000)},
                           {"bytes", progress.bytes},
                           {"safe_bytes", progress.safe_bytes},
                           {"safe_seconds", rounded(progress.safe_seconds, 1'000)},
                           {"peak_dbfs", rounded(level, 10)},
                           {"waiting", progress.is_waiting}});
}

void RecordReport::waiting(Millis wait, const std::string& why) {
  auto seconds = std::chrono::duration<double>(wait).count();
  if (json_) print_event("waiting", {{"seconds", seconds}, {"reason", why}});
  if (!json_ && !is_waiting_) note(why + " The recording is kept here meanwhile.");
  is_waiting_ = true;
}

void RecordReport::answered() {
  if (is_waiting_ && !json_) note("The server answers again.");
  is_waiting_ = false;
}

void RecordReport::refused(const std::string& why) {
  if (json_) {
    print_event("refused", {{"reason", why}});
  } else {
    note("The server refuses the recording: " + why + " It is kept here.");
  }
}

void RecordReport::finished(const json::object& recording) {
  line_.clear();
  if (json_) {
    print_event("finished", {{"recording", recording}});
    return;
  }
  auto id = find_string(recording, "id").value_or("");
  print_line(fmt::format("{}  {}/api/v1/recordings/{}/audio", id, url_, id));
}

void RecordReport::kept(const std::string& spool, const std::string& why) {
  if (json_) print_event("kept", {{"spool", spool}, {"reason", why}});
  note(fmt::format("tapedeck: {} All of the recording is in {}. Send it with\n  tapedeck upload {}",
                   why, spool, spool));
}

}  // namespace tapedeck
