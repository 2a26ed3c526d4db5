// Wire: one connection's socket, plain or with TLS on the same descriptor. Steps never block; a
// task waits for readiness in between, and only then are bytes given a buffer.
#pragma once

#include <memory>
#include <span>

#include "base/bytes.h"
#include "base/task.h"
#include "http/descriptor.h"
#include "http/poller.h"
#include "http/timer_wheel.h"

struct ssl_st;  // OpenSSL's SSL

namespace tapedeck::http {

/// What one non-blocking step did.
struct Step {
  enum class Kind { done, blocked, ended, broken };
  Kind kind = Kind::done;
  std::size_t bytes = 0;  // when done
};

enum class Waited { ready, timed_out, interrupted };

/// For one thread. One task uses it at a time.
class Wire final : private Deadline, private Polled {
 public:
  using Clock = TimerWheel::Clock;

  /// Owns the descriptor, which is non-blocking. Throws std::system_error when it cannot be
  /// watched.
  Wire(Poller& poller, TimerWheel& wheel, int descriptor);
  ~Wire() override;

  /// Turns the wire into TLS; takes the session over. Before any other step.
  void secure(ssl_st* session);
  bool is_secure() const { return tls_ != nullptr; }
  /// A step of the handshake.
  Step accept_tls();

  Step receive(char* data, std::size_t size);
  /// Sends the beginning of the parts, in order. `more` says that other bytes follow at once.
  Step send(std::span<const ByteView> parts, bool more);
  /// Plain wires only. `ended`: the file is shorter than that.
  Step send_file(int file, ByteCount offset, std::size_t size);

  /// Until the descriptor is ready for what the last step was blocked on. That it was ready without
  /// a wait is believed a few times in a row only: then the others of the thread have their turn.
  Task<Waited> wait(Clock::time_point until);
  void want_to_receive() { wants_to_write_ = false; }

  /// Ends a wait() now, as interrupted. Nothing when no task waits.
  void interrupt();
  /// Tells the peer that nothing follows; reading goes on.
  void end_sending();
  /// Every later step and wait fails.
  void break_off();
  bool broken_off() const { return broken_off_; }

 private:
  void expire() override;
  void take_turn() override;
  bool is_ready() const { return wants_to_write_ ? writable_ : readable_; }
  Step tls_step(int result);
  Step socket_step(ssize_t result);
  void note_drained(const Step& step, std::size_t wanted);
  Step send_tls(std::span<const ByteView> parts);

  struct FreeSession {
    void operator()(ssl_st* session) const;
  };

  Poller* poller_;
  TimerWheel* wheel_;
  Descriptor socket_;
  std::unique_ptr<ssl_st, FreeSession> tls_;
  bool wants_to_write_ = false;
  Resumption go_on_;   // of the task that waits
  int ready_row_ = 0;  // waits that were none, one after the other
  bool expired_ = false;
  bool interrupted_ = false;
  bool broken_off_ = false;
};

}  // namespace tapedeck::http
