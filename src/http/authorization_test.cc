#include "http/authorization.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tapedeck::http {
namespace {

TEST(BearerTest, ReadsATokenWhateverTheCaseOfItsScheme) {
  for (auto value : {"Bearer td_s_a", "bearer td_s_a", "BEARER   td_s_a"}) {
    EXPECT_EQ(parse_bearer(value), "td_s_a") << value;
  }
  EXPECT_EQ(parse_bearer("Bearer aZ09-._~+/=="), "aZ09-._~+/==");
}

TEST(BearerTest, RefusesEverythingElse) {
  for (auto value : {"", "Bearer", "Bearer ", "Bearertd_s_a", "Basic dXNlcjpwdw==", "td_s_a",
                     "Bearer a b", "Bearer a ", "Bearer a,b", "Bearer =", "Bearer a=b",
                     "Bearer \ta", "Bearer\ta", " Bearer a", "Bearer \"a\"", "Bearer t\xC3\xA4"}) {
    EXPECT_FALSE(parse_bearer(value)) << value;
  }
}

TEST(BearerTest, SaysHowToSendIt) {
  Fields fields;
  EXPECT_FALSE(find_bearer(fields));
  fields.add("authorization", "Bearer a");
  EXPECT_EQ(find_bearer(fields), "a");
  fields.add("Authorization", "Bearer a");
  EXPECT_THROW(find_bearer(fields), Error);

  Fields other;
  other.add("Authorization", "Basic a");
  try {
    find_bearer(other);
    FAIL() << "another scheme was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::unauthenticated);
    EXPECT_NE(std::string_view(error.what()).find("Bearer"), std::string_view::npos);
  }
}

}  // namespace
}  // namespace tapedeck::http
