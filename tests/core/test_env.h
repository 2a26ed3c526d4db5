// A clock and random numbers that the test owns.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <random>
#include <span>
#include <stdexcept>

#include "base/env.h"

namespace tapedeck {

/// Safe for concurrent use.
class TestEnv final : public Env {
 public:
  explicit TestEnv(std::uint64_t seed = 7) : random_(seed) {}

  Time now() override {
    std::lock_guard lock(mutex_);
    return now_;
  }
  void fill_random(std::span<unsigned char> bytes) override {
    std::lock_guard lock(mutex_);
    for (auto& byte : bytes) byte = static_cast<unsigned char>(random_());
  }
  /// Time passes at once.
  Task<void> sleep(Millis duration) override {
    pass(duration);
    if (--sleeps_left_ == 0) throw std::runtime_error("the test ends here");
    co_return;
  }
  void pass(Millis duration) {
    std::lock_guard lock(mutex_);
    now_ += duration;
  }
  void end_after(int sleeps) { sleeps_left_ = sleeps; }

 private:
  std::mutex mutex_;
  Time now_ = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23};
  std::mt19937_64 random_;
  std::atomic<int> sleeps_left_ = -1;
};

}  // namespace tapedeck
