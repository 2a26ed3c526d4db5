#include "main/copy_report.h"

#include <fmt/format.h>

#include "main/setting_values.h"

namespace tapedeck {

namespace {

constexpr std::chrono::milliseconds shown_every{1'000};

}  // namespace

json::object json_of(const CopyCounts& counts) {
  return {{"facts", counts.facts},   {"recordings", counts.recordings}, {"put", counts.put},
          {"erased", counts.erased}, {"blobs", counts.blobs},           {"bytes", counts.bytes}};
}

std::optional<std::chrono::seconds> time_left(ByteCount done, ByteCount all,
                                              std::chrono::milliseconds taken) {
  if (done == 0 || all < done || taken.count() <= 0) return std::nullopt;
  auto left = static_cast<double>(all - done) * static_cast<double>(taken.count()) /
              static_cast<double>(done);
  return std::chrono::seconds(static_cast<std::int64_t>(left / 1'000));
}

void CopyReport::expect(const CopyCounts& all) {
  all_ = all;
  started_ = Clock::now();
}

void CopyReport::show(const CopyCounts& done) {
  auto now = Clock::now();
  if (now - shown_ < shown_every) return;
  shown_ = now;
  auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(now - started_);
  auto left = time_left(done.bytes, all_.bytes, taken);
  auto rate = taken.count() > 0 ? done.bytes * 1'000 / static_cast<ByteCount>(taken.count()) : 0;
  if (is_json_) {
    auto progress = json_of(done);
    progress["bytes_all"] = all_.bytes;
    progress["bytes_per_second"] = rate;
    progress["seconds_left"] = left ? json::value(left->count()) : json::value();
    print_json(json::object{{"progress", std::move(progress)}});
    return;
  }
  if (all_.facts == 0) {
    line_.show(fmt::format("{} recordings looked at, {} copied now", done.recordings,
                           format_bytes_rounded(done.bytes)));
    return;
  }
  line_.show(fmt::format("{} of {} recordings, {} of {}, {}/s, {} left", done.recordings,
                         all_.recordings, format_bytes_rounded(done.bytes),
                         format_bytes_rounded(all_.bytes), format_bytes_rounded(rate),
                         left ? fmt::format("{} s", left->count()) : "?"));
}

void CopyReport::note(const std::string& name, const CopyCounts& counts, const std::string& words) {
  line_.clear();
  if (is_json_) {
    print_event(name, json_of(counts));
  } else {
    print_note(words);
  }
}

void CopyReport::problems(const std::vector<CopyProblem>& problems) {
  line_.clear();
  for (const auto& [what, detail] : problems) {
    if (is_json_) {
      print_event("problem", {{"what", what}, {"detail", detail}});
    } else {
      print_line(fmt::format("{}: {}", what, detail));
    }
  }
}

}  // namespace tapedeck
