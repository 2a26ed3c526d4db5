// RecordReport: what `record` says while it goes on: a line on the terminal that changes, or a line
// of JSON each second.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/json.h"
#include "base/time.h"
#include "main/console.h"

namespace tapedeck {

/// How far a recording is.
struct RecordProgress {
  double seconds = 0;  // of sound where the bytes tell, else since the beginning
  ByteCount bytes = 0;
  ByteCount safe_bytes = 0;            // durable on the server
  std::optional<double> safe_seconds;  // nothing where the bytes do not tell
  std::optional<std::uint16_t> peak;   // the highest sample since the last time, of 32768
  bool is_waiting = false;             // for a server that does not answer
};

/// The line on the terminal. Pure.
std::string record_line(const RecordProgress& progress);

class RecordReport {
 public:
  /// `url` is the server's.
  RecordReport(bool json, std::string url) : json_(json), url_(std::move(url)) {}

  void started(const std::string& spool);
  void begun(const std::string& recording_id);
  void progress(const RecordProgress& progress);
  /// Said once for all the failures of one break.
  void waiting(Millis wait, const std::string& why);
  void answered();
  void refused(const std::string& why);
  void finished(const json::object& recording);
  void kept(const std::string& spool, const std::string& why);
  void note(const std::string& text);

  /// How often progress() is worth calling.
  Millis period() const { return json_ ? Millis(1'000) : Millis(200); }

 private:
  const bool json_;
  const std::string url_;
  StatusLine line_;
  bool is_waiting_ = false;
};

}  // namespace tapedeck
