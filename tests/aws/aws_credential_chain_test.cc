#include "store/aws_credential_chain.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/run_task.h"
#include "core/test_env.h"
#include "http/canned_server.h"
#include "store/temporary_folder.h"

namespace tapedeck {
namespace {

using testing::HasSubstr;

class AwsCredentialChainTest : public testing::Test {
 protected:
  AwsCredentialChainTest() {
    environment_.credentials_file = folder_.path() + "/credentials";
    environment_.instance_disabled = true;  // nothing in a test asks the machine's own
  }

  void write_file(const std::string& name, const std::string& text) {
    std::ofstream(folder_.path() + "/" + name) << text;
  }
  void write_profile(const std::string& profile, const std::string& key) {
    write_file("credentials",
               "[" + profile + "]\naws_access_key_id=" + key + "\naws_secret_access_key=s\n");
  }
  std::string id_of(AwsCredentialChain& chain) { return run_task(chain.find()).access_key_id; }
  std::string id_found() {
    AwsCredentialChain chain(environment_, env_);
    return id_of(chain);
  }
  std::string complaint() {
    try {
      return "found " + id_found();
    } catch (const Error& error) {
      return error.what();
    }
  }

  TemporaryFolder folder_;
  TestEnv env_;
  AwsEnvironment environment_;
};

TEST_F(AwsCredentialChainTest, TheEnvironmentIsStrongerThanTheFile) {
  write_profile("default", "FILE");
  EXPECT_EQ(id_found(), "FILE");
  environment_.access_key_id = "ENVIRONMENT";
  EXPECT_THAT(complaint(), HasSubstr("belong together"));
  environment_.secret_access_key = "s";
  EXPECT_EQ(id_found(), "ENVIRONMENT");
}

TEST_F(AwsCredentialChainTest, AProfileThatIsNamedMustBeThere) {
  write_profile("tapes", "TAPES");
  EXPECT_THAT(complaint(), HasSubstr("no AWS keys"));
  environment_.profile = "tapes";
  EXPECT_EQ(id_found(), "TAPES");
  environment_.profile = "other";
  EXPECT_THAT(complaint(), HasSubstr("the profile other in " + environment_.credentials_file));
}

TEST_F(AwsCredentialChainTest, KeysThatAreReplacedInTheFileAreTakenAfterAWhile) {
  write_profile("default", "OLD");
  AwsCredentialChain chain(environment_, env_);
  EXPECT_EQ(id_of(chain), "OLD");
  write_profile("default", "NEW");
  EXPECT_EQ(id_of(chain), "OLD");
  env_.pass(std::chrono::minutes(6));
  EXPECT_EQ(id_of(chain), "NEW");
  std::filesystem::remove(environment_.credentials_file);
  env_.pass(std::chrono::minutes(6));
  EXPECT_EQ(id_of(chain), "NEW");  // still within its time
}

TEST_F(AwsCredentialChainTest, AContainerIsAskedWithTheTokenInItsFile) {
  write_file("token", "let me in\n");
  auto end = format_rfc3339(env_.now() + std::chrono::hours(1));
  auto body =
      R"({"AccessKeyId":"ROLE","SecretAccessKey":"s","Token":"t","Expiration":")" + end + "\"}";
  std::string head;
  http::CannedServer server({[&](http::CannedConnection& connection) {
    head = connection.read_head();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
                     "\r\n\r\n" + body);
  }});
  environment_.container_url =
      "http://127.0.0.1:" + std::to_string(server.origin().port) + "/v2/keys?a=1";
  environment_.container_token_file = folder_.path() + "/token";
  EXPECT_EQ(id_found(), "ROLE");
  EXPECT_THAT(head, HasSubstr("GET /v2/keys?a=1 HTTP/1.1\r\n"));
  EXPECT_THAT(head, HasSubstr("Authorization: let me in\r\n"));
}

TEST_F(AwsCredentialChainTest, WithoutAnyItSaysWhereItLooked) {
  auto text = complaint();
  for (const auto* part : {"AWS_ACCESS_KEY_ID", "~/.aws/credentials", "role"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

}  // namespace
}  // namespace tapedeck
