#include "main/record_report.h"

#include <gtest/gtest.h>

namespace tapedeck {

TEST(RecordReportTest, the_line_says_how_long_how_loud_and_how_safe) {
  struct Case {
    RecordProgress progress;
    std::string expected;
  };
  const std::vector<Case> cases{
      {{.seconds = 3'725.9, .safe_seconds = 3'724.2, .peak = 8'192},
       "rec 1:02:05  [################....] -12 dB  safe on server: 3724 s"},
      {{.seconds = 1, .safe_seconds = 0.9, .peak = 32'767},
       "rec 0:00:01  [####################]  -0 dB too loud  safe on server: 0 s"},
      {{.seconds = 1, .safe_seconds = 0, .peak = 0},
       "rec 0:00:01  [....................] -99 dB  safe on server: 0 s"},
      {{.seconds = 60, .safe_bytes = 2'048}, "rec 0:01:00  safe on server: 2.0 KiB"},
      {{.seconds = 60, .safe_seconds = 12.5, .is_waiting = true},
       "rec 0:01:00  safe on server: 12 s  (waiting for the server; kept here meanwhile)"},
  };
  for (const auto& [progress, expected] : cases) EXPECT_EQ(record_line(progress), expected);
}

}  // namespace tapedeck
