// Recorder: sound into a spool on this machine, and from there to the server, at the same time.
#pragma once

#include <functional>
#include <optional>

#include "main/level_meter.h"
#include "main/record_report.h"
#include "main/sender.h"
#include "main/spool.h"

namespace tapedeck {

/// Where sound comes from.
struct SoundSource {
  int descriptor = -1;
  std::string head;               // of bare samples: goes before them
  std::function<void()> on_stop;  // asks for its end; may be empty
};

/// One recording. A server that goes away does not stop it: what it has not said to have stays in
/// the spool, and is sent when it is back.
class Recorder {
 public:
  Recorder(const ServerDoor& door, Spool& spool, SoundSource source, Patience::Options patience,
           RecordReport& report);

  /// Until the source ends or the process is told to stop (SIGINT, SIGTERM, SIGHUP), and then until
  /// the server has all of it, or is given up, or the process is told again. Blocks.
  void run();

  /// After run(). The recording, when the server has all of it.
  const std::optional<Sent>& sent() const { return sent_; }
  /// Else why not.
  std::string trouble() const;
  /// Set when the recording ended for another reason than it should have.
  const std::optional<Error>& capture_failure() const { return capture_failure_; }
  bool was_told_to_stop() const { return stopping_at_.has_value(); }

 private:
  using Clock = std::chrono::steady_clock;

  Task<void> capture();
  bool read_some();
  bool is_over() const;
  void take(ByteView bytes);
  Task<void> deliver();
  Task<void> show();
  Task<void> heed_signals();
  void end_if_done();
  RecordProgress progress();
  SenderEvents make_events();

  const ServerDoor& door_;
  Spool& spool_;
  const SoundSource source_;
  const Patience::Options patience_;
  RecordReport& report_;
  SystemEnv env_;
  asio::io_context* context_ = nullptr;  // while run() runs
  std::exception_ptr broken_;            // what no task should have thrown

  Outgoing outgoing_;
  Sha256 hash_;
  LevelMeter meter_;
  std::string chunk_;
  const Clock::time_point begun_at_ = Clock::now();
  Clock::time_point heard_at_ = begun_at_;  // the last byte
  std::optional<Clock::time_point> stopping_at_;
  std::optional<Error> capture_failure_;
  bool is_captured_ = false;

  ByteCount safe_ = 0;
  bool is_waiting_ = false;
  bool is_delivered_ = false;  // or given up
  std::optional<Sent> sent_;
  std::optional<Error> refusal_;
};

}  // namespace tapedeck
