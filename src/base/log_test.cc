#include "base/log.h"

#include <gtest/gtest.h>

namespace tapedeck {
namespace {

TEST(RedactTest, CutsOutEverySecretAndNothingElse) {
  const std::string key(64, 'k');
  const std::string capability(98, 'p');
  struct Case {
    std::string text, expected;
  };
  for (const auto& c : {
           Case{"path=/api/v1/recordings/01ARYZ6S41TSV4RRFFQ69G5FAV", ""},
           Case{"Authorization: Bearer td_s_abcDEF123", "Authorization: Bearer [redacted]"},
           Case{"x=td_p_1 y=td_i_2", "x=[redacted] y=[redacted]"},
           Case{"/api/v1/play/" + capability + "/audio", "/api/v1/play/[redacted]/audio"},
           Case{"target=/api/v1/uploads/td_u_abcDEF123 method=PATCH",
                "target=/api/v1/uploads/[redacted] method=PATCH"},
           Case{"kakao_7 " + key + " end", "kakao_7 [redacted] end"},
           Case{"a longer title with td in it", ""},
       }) {
    EXPECT_EQ(redact(c.text), c.expected.empty() ? c.text : c.expected);
  }
}

}  // namespace
}  // namespace tapedeck
