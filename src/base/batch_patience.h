// BatchPatience: how long one who syncs for many waits for more of them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace tapedeck {

/// A sync costs the same for one and for many, and those who wait for one come back together. So
/// where the batch before had several, the next waits for twice as many, but never longer than a
/// fast disk takes for a sync. One alone never waits. For one thread; the queue's lock guards it.
class BatchPatience {
 public:
  static constexpr std::chrono::microseconds at_most{200};

  /// `has(count)`: whether so many wait. `lock` is held; `changed` is notified of each that comes.
  template <class Has>
  void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed, Has has) {
    if (last_ < 2) return;
    waits_ = true;
    changed.wait_for(lock, at_most, [&] { return has(2 * last_); });
    waits_ = false;
  }
  /// So many were taken.
  void took(std::size_t count) { last_ = count; }
  /// Whether the thread must be woken, now that so many wait.
  bool must_wake(std::size_t count) const { return !waits_ || count >= 2 * last_; }

 private:
  std::size_t last_ = 0;
  bool waits_ = false;
};

}  // namespace tapedeck
