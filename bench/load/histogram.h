// Latencies in buckets of 1/128 of a power of two: less than 1 % off, whatever the range.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace load {

class Histogram {
 public:
  void add(std::uint64_t micros) {
    ++counts_[bucket_of(micros)];
    ++total_;
    if (micros > max_) max_ = micros;
  }

  /// The latency that `share` (0 to 1) of all requests did not exceed, in microseconds; the upper
  /// end of its bucket. 0 when there were none.
  std::uint64_t quantile(double share) const {
    auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(total_)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > 0 && seen >= wanted) return std::min(upper_bound_of(i), max_);
    }
    return max_;
  }

  std::uint64_t total() const { return total_; }
  std::uint64_t max() const { return max_; }

 private:
  static constexpr unsigned fine_bits = 7;
  static constexpr std::uint64_t fine = 1u << fine_bits;

  static std::size_t bucket_of(std::uint64_t value) {
    if (value < fine) return value;
    auto power = static_cast<unsigned>(std::bit_width(value)) - 1 - fine_bits;
    return (power + 1) * fine + ((value >> power) - fine);
  }
  static std::uint64_t upper_bound_of(std::size_t bucket) {
    if (bucket < fine) return bucket;
    auto power = bucket / fine - 1;
    return ((bucket % fine + fine + 1) << power) - 1;
  }

  std::array<std::uint64_t, 58 * fine> counts_{};
  std::uint64_t total_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace load
