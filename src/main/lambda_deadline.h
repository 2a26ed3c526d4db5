// Bounded: work that somebody waits for only until a deadline.
#pragma once

#include <exception>
#include <memory>

#include "base/task.h"
#include "base/time.h"

namespace tapedeck::lambda {

/// Runs the work beside the task that made it, on the same io_context. Whoever makes one must
/// join() it before what the work uses goes.
class Bounded {
 public:
  Bounded(Executor executor, Task<void> work);

  /// True when the work has ended, within that time at most; throws what it threw.
  Task<bool> wait(Millis at_most);

  /// Asks it to stop at its next await; what it waits for on a pool is waited for.
  void cancel();

  /// Until it has ended, however.
  Task<void> join();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tapedeck::lambda
