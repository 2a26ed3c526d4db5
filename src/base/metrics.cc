#include "base/metrics.h"

#include <algorithm>

namespace tapedeck {

void Histogram::observe(double seconds) {
  auto border = std::lower_bound(borders.begin(), borders.end(), seconds);
  counts_[static_cast<std::size_t>(border - borders.begin())].add();
  microseconds_.add(static_cast<std::uint64_t>(std::max(0.0, seconds) * 1e6));
}

Histogram::Reading Histogram::read() const {
  Reading reading;
  for (std::size_t i = 0; i < counts_.size(); ++i) reading.counts[i] = counts_[i].value();
  reading.sum = static_cast<double>(microseconds_.value()) / 1e6;
  return reading;
}

}  // namespace tapedeck
