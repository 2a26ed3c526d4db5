// What `tapedeck copy` says while it works.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/json.h"
#include "core/copying.h"
#include "main/console.h"

namespace tapedeck {

/// A line on the terminal, or a line of JSON, at most once a second.
class CopyReport {
 public:
  explicit CopyReport(bool is_json) : is_json_(is_json) {}

  /// What the next pass is measured by; nothing in it: that is not known.
  void expect(const CopyCounts& all);
  void show(const CopyCounts& done);
  /// The end of a step, in words or as {"event": name}.
  void note(const std::string& name, const CopyCounts& counts, const std::string& words);
  void problems(const std::vector<CopyProblem>& problems);

 private:
  using Clock = std::chrono::steady_clock;

  const bool is_json_;
  StatusLine line_;
  CopyCounts all_;
  Clock::time_point started_ = Clock::now();
  Clock::time_point shown_{};
};

json::object json_of(const CopyCounts& counts);

/// How long the rest takes at the pace so far; nothing while that cannot be told.
std::optional<std::chrono::seconds> time_left(ByteCount done, ByteCount all,
                                              std::chrono::milliseconds taken);

}  // namespace tapedeck
