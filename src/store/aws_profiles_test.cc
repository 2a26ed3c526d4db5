#include "store/aws_profiles.h"

#include <vector>

#include <gtest/gtest.h>

namespace tapedeck {
namespace {

constexpr std::string_view file = R"(# of the AWS tools
[default]
aws_access_key_id = A1
aws_secret_access_key=s=1/+
region = eu-west-1

[ other ]
  aws_secret_access_key = s2
)"
                                  "aws_access_key_id\t=\tA2\n"
                                  R"(aws_session_token = t2
[half]
aws_access_key_id = A3
; aws_secret_access_key = s3
[broken
aws_secret_access_key = s4
)";

TEST(AwsProfilesTest, EachProfileHasItsKeys) {
  struct Case {
    std::string_view profile, id, secret, token;
  };
  for (auto [profile, id, secret, token] :
       std::vector<Case>{{"default", "A1", "s=1/+", ""}, {"other", "A2", "s2", "t2"}}) {
    auto keys = find_profile(file, profile);
    ASSERT_TRUE(keys) << profile;
    EXPECT_EQ(keys->access_key_id, id);
    EXPECT_EQ(keys->secret_access_key, secret);
    EXPECT_EQ(keys->session_token, token);
    EXPECT_FALSE(keys->expires_at);
  }
}

TEST(AwsProfilesTest, AProfileWithoutBothKeysIsNone) {
  for (auto profile : {"half", "missing", "broken", ""}) {
    EXPECT_FALSE(find_profile(file, profile)) << profile;
  }
  EXPECT_FALSE(find_profile("", "default"));
}

}  // namespace
}  // namespace tapedeck
