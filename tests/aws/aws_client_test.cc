#include "store/aws_client.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/canned_outbound.h"
#include "base/run_task.h"
#include "core/test_env.h"

namespace tapedeck {
namespace {

using testing::HasSubstr;

/// In these tests an answer's body is its error code.
AwsClient::Options options() {
  AwsClient::Options options;
  options.scope = {"us-east-1", "s3"};
  options.code_of = [](const AwsAnswer& answer) { return answer.body; };
  return options;
}

class AwsClientTest : public testing::Test {
 protected:
  AwsAnswer send(const AwsCall& call = {}) { return run_task(client_.send(call)); }
  /// What the call throws.
  Error failure(const AwsCall& call = {}) {
    try {
      send(call);
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {Fault::internal, ""};
  }
  std::string field(std::size_t call, std::string_view name) {
    return std::string(outbound_.received().at(call).request.fields.find(name).value_or("none"));
  }

  CannedOutbound outbound_;
  TestEnv env_;
  FixedCredentials keys_{{"KEY", "SECRET", "", {}}};
  AwsClient client_{options(), outbound_, keys_, env_};
};

TEST_F(AwsClientTest, SendsASignedBodyAndReadsTheAnswer) {
  outbound_.answer(200);
  auto answer = send({.method = "PUT", .target = "/b/k", .body = "bytes"});
  EXPECT_TRUE(answer.is_success());
  EXPECT_FALSE(answer.repeated);
  EXPECT_EQ(outbound_.received().at(0).body, "bytes");
  EXPECT_EQ(outbound_.received().at(0).request.body_bytes, 5u);
  EXPECT_EQ(field(0, "X-Amz-Content-Sha256"),
            "277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9");
  EXPECT_THAT(field(0, "Authorization"), HasSubstr("Credential=KEY/20261123/us-east-1/s3/"));
}

TEST_F(AwsClientTest, AnErrorThatAnotherAttemptWouldNotChangeIsTheAnswer) {
  outbound_.answer(404, "NoSuchKey");
  auto answer = send();
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.code, "NoSuchKey");
  EXPECT_FALSE(answer.is_success());
}

TEST_F(AwsClientTest, ThrottlingIsWaitedOutAndNothingMayHaveBeenDone) {
  outbound_.answer(503, "SlowDown");
  outbound_.answer(400, "ProvisionedThroughputExceededException");
  outbound_.answer(429);
  outbound_.answer(200);
  auto answer = send({.repeatable = false});
  EXPECT_TRUE(answer.is_success());
  EXPECT_FALSE(answer.repeated);
}

TEST_F(AwsClientTest, WhatMayHaveBeenDoneIsSaidSo) {
  for (bool broken : {true, false}) {
    if (broken) outbound_.break_off();
    if (!broken) outbound_.answer(500, "InternalError");
    outbound_.answer(200);
    EXPECT_TRUE(send().repeated);
  }
}

TEST_F(AwsClientTest, WhatMayHaveBeenDoneIsNotRepeatedAgainstTheCallersWish) {
  outbound_.break_off();
  EXPECT_EQ(failure({.repeatable = false}).fault(), Fault::unavailable);
  EXPECT_EQ(outbound_.received().size(), 1u);
}

TEST_F(AwsClientTest, AnErrorInside200IsOne) {
  outbound_.answer(200, "InternalError");
  outbound_.answer(200);
  EXPECT_TRUE(send().repeated);
  EXPECT_EQ(outbound_.received().size(), 2u);
}

TEST_F(AwsClientTest, GivesUpAfterFiveAttemptsAndSaysWhenToComeBack) {
  for (int i = 0; i < 6; ++i) outbound_.answer(503, "SlowDown");
  auto error = failure();
  EXPECT_EQ(error.fault(), Fault::unavailable);
  EXPECT_EQ(error.retry_after, std::chrono::seconds{2});
  EXPECT_THAT(error.what(), HasSubstr("failed after 5 attempts: it answers 503 SlowDown"));
  EXPECT_EQ(outbound_.received().size(), 5u);
}

TEST_F(AwsClientTest, GivesUpWhenTheTimeIsOver) {
  for (int i = 0; i < 3; ++i) {
    outbound_.answer([this](const http::ClientRequest&) {
      env_.pass(Millis{6'000});
      return http::make_response(503);
    });
  }
  failure({.time_max = Millis{10'000}});
  EXPECT_EQ(outbound_.received().size(), 2u);
  EXPECT_EQ(outbound_.received().at(0).request.time_max, Millis{10'000});
  EXPECT_LE(outbound_.received().at(1).request.time_max, Millis{4'000});
}

TEST_F(AwsClientTest, AServiceInTroubleIsAskedLessAndLess) {
  constexpr int calls = 200;
  for (int i = 0; i < calls * 5; ++i) outbound_.answer(500);
  for (int i = 0; i < calls; ++i) failure();
  EXPECT_EQ(outbound_.received().size(), calls + 100u);  // 500 tokens pay for 100 retries
  auto before = outbound_.received().size();
  failure();
  EXPECT_EQ(outbound_.received().size(), before + 1);
}

TEST_F(AwsClientTest, AClockThatIsOffIsCorrectedByTheServices) {
  auto late = format_http_date(env_.now() + std::chrono::minutes{20});
  outbound_.answer(403, "RequestTimeTooSkewed", late);
  outbound_.answer(200);
  EXPECT_FALSE(send().repeated);
  EXPECT_EQ(field(0, "X-Amz-Date"), "20261123T000000Z");
  EXPECT_EQ(field(1, "X-Amz-Date"), "20261123T002000Z");
  outbound_.answer(200);
  send();
  EXPECT_EQ(field(2, "X-Amz-Date"), "20261123T002000Z");
}

TEST_F(AwsClientTest, ARefusedSignatureIsFinalWhenTheClockIsRight) {
  outbound_.answer(403, "RequestTimeTooSkewed", format_http_date(env_.now()));
  EXPECT_EQ(send().status, 403);
}

TEST_F(AwsClientTest, AStreamIsLeftToTheCallerButErrorsAreRead) {
  outbound_.answer(206, "part");
  auto answer = send({.streamed = true});
  EXPECT_EQ(run_task(read_all(*answer.stream, KiB)), "part");
  EXPECT_EQ(outbound_.received().at(0).request.time_max, std::nullopt);
  outbound_.answer(404, "NoSuchKey");
  answer = send({.streamed = true});
  EXPECT_EQ(answer.stream, nullptr);
  EXPECT_EQ(answer.code, "NoSuchKey");
}

TEST(RetryTest, PausesAreAnywhereBelowALimitThatDoubles) {
  TestEnv env;
  for (auto [failed, limit] : std::vector<std::pair<int, int>>{
           {1, 50}, {2, 100}, {3, 200}, {6, 1'600}, {7, 2'000}, {90, 2'000}}) {
    std::set<Millis> seen;
    for (int i = 0; i < 200; ++i) {
      seen.insert(pause_before_retry(failed, Millis{50}, Millis{2'000}, env));
    }
    EXPECT_LE(seen.rbegin()->count(), limit) << failed;
    EXPECT_GT(seen.rbegin()->count(), limit * 8 / 10) << failed;
    EXPECT_LT(seen.begin()->count(), limit * 2 / 10) << failed;
  }
}

}  // namespace
}  // namespace tapedeck
