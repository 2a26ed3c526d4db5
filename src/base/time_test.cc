#include "base/time.h"

#include <gtest/gtest.h>

namespace tapedeck {
namespace {

TEST(Rfc3339Test, ReadsEveryFormAndWritesOne) {
  struct Case {
    const char* text;
    const char* expected;
  };
  for (auto [text, expected] : {
           Case{"2026-11-23T10:00:00Z", "2026-11-23T10:00:00.000Z"},
           Case{"2026-11-23t10:00:00.5z", "2026-11-23T10:00:00.500Z"},
           Case{"2026-11-23T10:00:00.123456+01:30", "2026-11-23T08:30:00.123Z"},
           Case{"2024-02-29T23:59:59-00:30", "2024-03-01T00:29:59.000Z"},
       }) {
    auto time = parse_rfc3339(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(format_rfc3339(*time), expected);
  }
}

TEST(Rfc3339Test, RefusesTheRest) {
  for (auto text :
       {"", "2026-11-23", "2026-02-29T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T10:00:00",
        "2026-11-23T10:00:00.Z", "2026-11-23T10:00:00Zx", "2026-13-01T00:00:00Z", "yesterday"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(HttpDateTest, ReadsTheThreeFormsOfRfc9110) {
  auto expected = parse_rfc3339("1994-11-06T08:49:37Z");
  for (auto text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                    "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(parse_http_date(text), expected) << text;
  }
  EXPECT_EQ(format_http_date(*expected), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_FALSE(parse_http_date("06 Nov 1994"));
}

}  // namespace
}  // namespace tapedeck
