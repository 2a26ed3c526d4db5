#include "base/metrics.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace tapedeck {
namespace {

TEST(Histogram, PutsADurationInTheFirstBucketWhoseBorderItDoesNotPass) {
  struct Case {
    double seconds;
    std::size_t bucket;
  };
  for (auto [seconds, bucket] : {Case{0, 0}, Case{0.001, 0}, Case{0.0011, 1}, Case{0.1, 6},
                                 Case{29.9, 11}, Case{30, 11}, Case{31, 12}}) {
    Histogram histogram;
    histogram.observe(seconds);
    auto reading = histogram.read();
    EXPECT_EQ(reading.counts[bucket], 1u) << seconds;
    EXPECT_NEAR(reading.sum, seconds, 1e-6);
  }
}

TEST(Counter, LosesNothingWhenThreadsAddAtOnce) {
  Counter counter;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10'000; ++n) counter.add();
    });
  }
  threads.clear();
  EXPECT_EQ(counter.value(), 40'000u);
}

}  // namespace
}  // namespace tapedeck
