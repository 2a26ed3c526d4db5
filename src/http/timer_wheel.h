// TimerWheel: all deadlines of one worker behind one coarse timer. Arming and disarming cost a few
// pointer writes, which is why no socket operation has a timer of its own.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>

#include "base/task.h"

namespace tapedeck::http {

class TimerWheel;

/// Something that may take too long. Disarms itself when destroyed.
class Deadline {
 public:
  Deadline() = default;
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  virtual ~Deadline() { disarm(); }

  bool armed() const { return wheel_ != nullptr; }
  void disarm();

 protected:
  /// Called on the worker's thread when the time has passed; the deadline is no longer armed.
  virtual void expire() = 0;

 private:
  friend class TimerWheel;
  Deadline* previous_ = nullptr;
  Deadline* next_ = nullptr;
  TimerWheel* wheel_ = nullptr;  // null: not armed
  std::int64_t tick_ = 0;
};

/// For one thread. Deadlines expire up to one tick late and never early.
class TimerWheel {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds tick{100};

  explicit TimerWheel(asio::io_context& context);
  ~TimerWheel();

  /// Replaces the time of a deadline that is armed already.
  void arm(Deadline& deadline, Clock::time_point at);

  /// Deadlines armed now. The timer runs only while there are some.
  std::size_t size() const { return size_; }

 private:
  friend class Deadline;
  struct Timer;
  static constexpr std::size_t slots = 1024;  // 102 s; later deadlines take more than one round

  void unlink(Deadline& deadline);
  void start();
  void advance();
  void expire_slot(std::int64_t at, std::int64_t now);

  std::unique_ptr<Timer> timer_;
  std::array<Deadline*, slots> heads_{};
  std::size_t size_ = 0;
  std::int64_t last_tick_ = 0;  // all deadlines up to here have expired
  bool running_ = false;
};

}  // namespace tapedeck::http
