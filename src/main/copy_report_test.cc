#include "main/copy_report.h"

#include <gtest/gtest.h>

namespace tapedeck {

TEST(CopyReport, TellsTheTimeLeftByThePaceSoFar) {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  struct Case {
    ByteCount done, all;
    milliseconds taken;
    std::optional<seconds> left;
  };
  for (const auto& [done, all, taken, left] : {
           Case{100, 400, milliseconds(1'000), seconds(3)},
           Case{400, 400, milliseconds(1'000), seconds(0)},
           Case{1, 1'000'000'000'000, milliseconds(1), seconds(999'999'999)},
           Case{0, 400, milliseconds(1'000), std::nullopt},
           Case{100, 400, milliseconds(0), std::nullopt},
           Case{100, 0, milliseconds(1'000), std::nullopt},
       }) {
    EXPECT_EQ(time_left(done, all, taken), left) << done << " of " << all;
  }
}

}  // namespace tapedeck
