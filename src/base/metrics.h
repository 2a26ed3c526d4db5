// Counters and histograms that any thread may raise without a lock.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace tapedeck {

class Counter {
 public:
  void add(std::uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

/// Durations in buckets. A reading while others observe may lack the newest ones, no more.
class Histogram {
 public:
  /// The upper borders of all buckets but the last, which has none; in seconds.
  static constexpr std::array<double, 12> borders{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                  0.1,   0.25,   0.5,   1,    5,     30};

  struct Reading {
    std::array<std::uint64_t, borders.size() + 1> counts{};  // of each bucket alone
    double sum = 0;                                          // of all observed, in seconds
  };

  void observe(double seconds);
  Reading read() const;

 private:
  std::array<Counter, borders.size() + 1> counts_;
  Counter microseconds_;
};

}  // namespace tapedeck
