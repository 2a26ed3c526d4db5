// BodyReader: pulls the body of the current request off the wire, decoded.
#pragma once

#include <memory>
#include <optional>

#include "base/byte_source.h"
#include "base/error.h"
#include "http/chunk_decoder.h"
#include "http/head_parser.h"
#include "http/wire.h"
#include "http/workbench.h"

namespace tapedeck::http {

/// Belongs to a connection and outlives every source it makes. For one task at a time.
class BodyReader {
 public:
  BodyReader(Workbench& bench, Wire& wire, Backlog& backlog)
      : bench_(&bench), wire_(&wire), backlog_(&backlog), chunks_(bench.door.options.limits) {}

  /// Starts on the body of a new request; its first bytes may be in the backlog.
  void begin(const RequestHead& head);

  /// The body for the handler. Errors are as in message.h.
  std::unique_ptr<ByteSource> make_source();

  Task<ByteView> read();
  /// As ByteSource::wait.
  Task<bool> wait(std::chrono::milliseconds at_most);
  /// As ByteSource::lend.
  void lend(std::span<char> room) { room_ = room; }
  /// As ByteSource::make_alarm.
  std::function<void()> make_alarm();

  /// Reads and drops what is left, at most that much. False: the connection cannot be used again.
  Task<bool> drain(ByteCount bytes_max);

  /// Ends this body: bytes after it go back to the backlog.
  void finish();

  /// Nothing may be sent before the response any more, 100 Continue neither.
  void response_began() { continue_wanted_ = false; }

  ByteCount received_bytes() const { return received_; }
  bool complete() const { return complete_; }
  bool failed() const { return failure_.has_value(); }
  /// A client that waits for 100 Continue may or may not send its body after another answer.
  bool ambiguous() const { return expects_continue_ && !continued_ && !complete_; }
  /// Known to be left; nothing for a chunked body.
  std::optional<ByteCount> left_bytes() const;
  bool waiting() const { return waiting_; }

 private:
  using Clock = Wire::Clock;

  Task<bool> find_piece(Clock::time_point until);
  ByteView decode();
  void drop_delivered();
  Task<bool> fill(Clock::time_point until);
  std::span<char> find_room();
  Task<Waited> wait_for_wire(Clock::time_point until);
  void ring();
  Task<void> send_continue();
  [[noreturn]] void fail(Fault fault, std::string detail);
  void check_step(Step step);
  bool must_end() const;
  std::string progress() const;

  Workbench* bench_;
  Wire* wire_;
  Backlog* backlog_;
  BodyFraming framing_;
  ChunkDecoder chunks_;
  BufferPool::Lease lease_;
  std::span<char> room_;       // lent by the reader
  ByteView input_;             // of the lease, the room or the backlog
  ByteView piece_;             // decoded, not yet given
  bool from_backlog_ = false;  // where input_ is
  bool in_room_ = false;       // likewise
  ByteCount received_ = 0;
  ByteCount turn_bytes_ = 0;              // since this task last gave way to others
  Clock::time_point received_at_;         // the last bytes
  std::shared_ptr<BodyReader*> ringing_;  // for alarms of other threads; null: none was made
  bool rung_ = false;
  bool complete_ = true;
  bool expects_continue_ = false;
  bool continue_wanted_ = false;
  bool continued_ = false;
  bool waiting_ = false;
  std::optional<Error> failure_;
};

}  // namespace tapedeck::http
