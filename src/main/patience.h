// Patience: how long to wait before a server is tried again, and when that has been long enough.
#pragma once

#include <chrono>
#include <optional>

#include "base/error.h"
#include "base/time.h"

namespace tapedeck {

/// True when the same request may go well later: the server cannot be reached, is busy, or is full.
bool may_pass(const Error& error);

/// Waits that double from one failure to the next, and begin anew after a success.
class Patience {
 public:
  using Clock = std::chrono::steady_clock;
  struct Options {
    Millis limit = std::chrono::minutes(5);  // of failures in a row
    Millis wait_max =
        std::chrono::seconds(30);  // between two tries, unless the server asks for more
  };

  explicit Patience(Options options) : options_(options) {}

  /// Something went well: what failed before does not count any more.
  void reset();

  /// After a failure at `now`: how long to wait. `luck` from 0 to 1 spreads the clients of a server
  /// that comes back.
  Millis next_wait(Clock::time_point now, std::optional<std::chrono::seconds> retry_after,
                   double luck);

  /// Whether failures have gone on for longer than the limit. False before the first one.
  bool is_spent(Clock::time_point now) const;

 private:
  const Options options_;
  std::optional<Clock::time_point> failing_since_;
  int failures_ = 0;
};

}  // namespace tapedeck
