// How much room the store has, asked now and then.
#pragma once

#include <mutex>
#include <optional>

#include "base/env.h"
#include "core/blobs.h"

namespace tapedeck {

/// Safe for concurrent use.
class FreeSpace {
 public:
  explicit FreeSpace(Millis trusted) : trusted_(trusted) {}

  /// Nothing when the store does not know.
  Task<std::optional<ByteCount>> ask(Blobs& blobs, Env& env) {
    auto now = env.now();
    if (auto known = recall(now)) co_return *known;
    auto free = co_await blobs.free_bytes();
    remember(free, now);
    co_return free;
  }

 private:
  std::optional<std::optional<ByteCount>> recall(Time now) {
    std::lock_guard lock(mutex_);
    if (!asked_at_ || now - *asked_at_ >= trusted_ || now < *asked_at_) return std::nullopt;
    return free_;
  }
  void remember(std::optional<ByteCount> free, Time now) {
    std::lock_guard lock(mutex_);
    free_ = free;
    asked_at_ = now;
  }

  const Millis trusted_;
  std::mutex mutex_;
  std::optional<ByteCount> free_;  // Guarded by mutex_.
  std::optional<Time> asked_at_;   // Guarded by mutex_.
};

}  // namespace tapedeck
