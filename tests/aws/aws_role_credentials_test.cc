#include "store/aws_role_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/canned_outbound.h"
#include "base/run_task.h"
#include "core/test_env.h"

namespace tapedeck {
namespace {

using testing::HasSubstr;

/// Of keys that end so long after the start of the test's clock.
std::string answer_of(std::string_view id, std::chrono::minutes lifetime) {
  auto end = format_rfc3339(TestEnv().now() + lifetime);
  return "{\"Code\":\"Success\",\"AccessKeyId\":\"" + std::string(id) +
         "\",\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":\"" + end + "\"}";
}

class AwsRoleCredentialsTest : public testing::Test {
 protected:
  std::string id_of(AwsCredentialSource& source) { return run_task(source.find()).access_key_id; }
  std::string field(std::size_t call, std::string_view name) {
    return std::string(outbound_.received().at(call).request.fields.find(name).value_or("none"));
  }

  CannedOutbound outbound_;
  TestEnv env_;
  ContainerCredentials container_{outbound_, "/v2/keys", "let me in"};
  KeptCredentials kept_{container_, env_};
};

TEST_F(AwsRoleCredentialsTest, AContainerAsksItsEndpoint) {
  outbound_.answer(200, answer_of("A", std::chrono::minutes{60}));
  auto keys = run_task(container_.find());
  EXPECT_EQ(keys.access_key_id, "A");
  EXPECT_EQ(keys.secret_access_key, "s");
  EXPECT_EQ(keys.session_token, "t");
  EXPECT_EQ(keys.expires_at, env_.now() + std::chrono::minutes{60});
  EXPECT_EQ(outbound_.received().at(0).request.target, "/v2/keys");
  EXPECT_EQ(field(0, "Authorization"), "let me in");
}

TEST_F(AwsRoleCredentialsTest, AnInstanceAsksForATokenThenItsRoleThenTheKeys) {
  InstanceCredentials instance(outbound_);
  outbound_.answer(200, "token");
  outbound_.answer(200, "the-role\nanother");
  outbound_.answer(200, answer_of("A", std::chrono::minutes{60}));
  EXPECT_EQ(id_of(instance), "A");
  EXPECT_EQ(outbound_.received().at(0).request.method, "PUT");
  EXPECT_EQ(field(1, "X-Aws-Ec2-Metadata-Token"), "token");
  EXPECT_EQ(outbound_.received().at(2).request.target,
            "/latest/meta-data/iam/security-credentials/the-role");
  EXPECT_EQ(field(2, "X-Aws-Ec2-Metadata-Token"), "token");
}

TEST_F(AwsRoleCredentialsTest, AnAnswerWithoutKeysIsAFailureThatShowsNone) {
  for (const auto* body : {"", "[]", "{}", "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"secret\"}",
                           "{\"AccessKeyId\":1,\"SecretAccessKey\":\"secret\"}"}) {
    outbound_.answer(200, body);
    try {
      run_task(container_.find());
      ADD_FAILURE() << body;
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::unavailable);
      EXPECT_THAT(error.what(), testing::Not(HasSubstr("secret")));
    }
  }
  outbound_.answer(404, answer_of("A", std::chrono::minutes{60}));
  EXPECT_THROW(run_task(container_.find()), Error);
}

TEST_F(AwsRoleCredentialsTest, KeysAreKeptUntilTheyAreAboutToEnd) {
  outbound_.answer(200, answer_of("A", std::chrono::minutes{60}));
  outbound_.answer(200, answer_of("B", std::chrono::minutes{120}));
  EXPECT_EQ(id_of(kept_), "A");
  env_.pass(std::chrono::minutes{49});
  EXPECT_EQ(id_of(kept_), "A");
  EXPECT_EQ(outbound_.received().size(), 1u);
  env_.pass(std::chrono::minutes{1});
  EXPECT_EQ(id_of(kept_), "B");
  EXPECT_EQ(id_of(kept_), "B");
  EXPECT_EQ(outbound_.received().size(), 2u);
}

TEST_F(AwsRoleCredentialsTest, WhileTheOldOnesAreValidAFailureDoesNoHarm) {
  outbound_.answer(200, answer_of("A", std::chrono::minutes{60}));
  id_of(kept_);
  env_.pass(std::chrono::minutes{55});
  outbound_.answer(500);
  EXPECT_EQ(id_of(kept_), "A");
  EXPECT_EQ(id_of(kept_), "A");
  EXPECT_EQ(outbound_.received().size(), 2u);  // not asked again at once
  env_.pass(std::chrono::minutes{5});
  outbound_.answer(500);
  EXPECT_THROW(id_of(kept_), Error);
}

}  // namespace
}  // namespace tapedeck
