// Doorbells: tasks wait for news of something, and any thread brings it.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "base/id.h"
#include "base/task.h"
#include "base/time.h"

namespace tapedeck {

/// A hint, not a promise: a ring that nobody waits for is forgotten, so whoever waits looks at the
/// facts again after each wait, and waits for a bounded time.
///
/// Safe for concurrent use. Must outlive every wait.
class Doorbells {
 public:
  Doorbells();
  ~Doorbells();

  /// Until somebody rings the bell of `id`, or for at most so long.
  Task<void> wait(Ulid id, Millis at_most);
  void ring(Ulid id);

 private:
  struct Waiter;
  class Waiting;

  std::mutex mutex_;
  std::multimap<Ulid, std::shared_ptr<Waiter>> waiters_;  // Guarded by mutex_.
};

}  // namespace tapedeck
