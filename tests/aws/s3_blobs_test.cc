// S3Blobs against an S3 that misbehaves.
#include "store/s3_blobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/canned_outbound.h"
#include "base/run_task.h"
#include "core/test_env.h"

namespace tapedeck {
namespace {

using testing::HasSubstr;

const std::string began = "<R><UploadId>u/1</UploadId></R>";
const std::string completed = "<CompleteMultipartUploadResult/>";
const std::string failed_inside = "  \n<Error><Code>InternalError</Code></Error>";
const std::string no_upload = "<Error><Code>NoSuchUpload</Code></Error>";

http::Response with_etag(const http::ClientRequest&) {
  auto response = http::make_response(200);
  response.fields.add("ETag", "\"e\"");
  return response;
}

/// Breaks off where it should go on.
class BreakingSource final : public ByteSource {
 public:
  explicit BreakingSource(std::string bytes) : bytes_(std::move(bytes)) {}
  Task<ByteView> read() override {
    if (given_) throw Error(Fault::unavailable, "it broke off");
    given_ = true;
    co_return ByteView(bytes_);
  }

 private:
  const std::string bytes_;
  bool given_ = false;
};

CannedOutbound::Script part_of(std::string bytes, std::string range, bool breaks) {
  return [=](const http::ClientRequest&) {
    auto response = http::make_response(206);
    response.fields.add("Content-Range", range);
    if (breaks) response.body = std::make_unique<BreakingSource>(bytes);
    if (!breaks) response.body = std::make_unique<MemorySource>(bytes);
    return response;
  };
}

class S3BlobsFaultsTest : public testing::Test {
 protected:
  static S3Blobs::Options options() {
    S3Blobs::Options options;
    options.bucket = {{"https", "s3.example", 443}, "b"};
    options.bucket.style = S3Style::virtual_host;
    options.bucket.encryption = "aws:kms";
    options.bucket.encryption_key = "the-key";
    options.part_bytes = 4;  // too small for S3, but not for this one
    return options;
  }
  ByteCount put(std::string bytes) {
    MemorySource source(std::move(bytes), 3);
    Checksums sums;
    return run_task(blobs_.put(key_, source, sums));
  }
  std::string read(ByteRange range) {
    auto source = run_task(blobs_.open(key_, range));
    return run_task(read_all(*source, KiB));
  }
  template <class Call>
  Error failure(Call call) {
    try {
      call();
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {Fault::internal, ""};
  }
  const http::ClientRequest& request(std::size_t call) {
    return outbound_.received().at(call).request;
  }
  std::string line(std::size_t call) { return request(call).method + " " + request(call).target; }
  std::string target() { return "/blobs/" + key_.text(); }

  CannedOutbound outbound_;
  TestEnv env_;
  FixedCredentials keys_{{"KEY", "SECRET", "", {}}};
  S3Blobs blobs_{options(), outbound_, keys_, env_};
  BlobKey key_{AccountId::make(env_), RecordingId::make(env_), Ulid::make(env_)};
};

TEST_F(S3BlobsFaultsTest, ABodyThatFillsAPartExactlyIsOneCall) {
  outbound_.answer(200);
  EXPECT_EQ(put("four"), 4u);
  EXPECT_EQ(line(0), "PUT " + target());
  EXPECT_EQ(request(0).fields.find("X-Amz-Server-Side-Encryption"), "aws:kms");
  EXPECT_EQ(request(0).fields.find("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id"), "the-key");
  EXPECT_FALSE(request(0).fields.contains("X-Amz-Acl"));
}

TEST_F(S3BlobsFaultsTest, APutIsRepeatedWithTheSameBytes) {
  outbound_.break_off();
  outbound_.answer(500);
  outbound_.answer(200);
  EXPECT_EQ(put("abc"), 3u);
  EXPECT_EQ(outbound_.received().at(0).body, "abc");
  EXPECT_EQ(outbound_.received().at(2).body, "abc");
}

TEST_F(S3BlobsFaultsTest, APutThatIsRefusedIsNotAcknowledged) {
  struct Case {
    int status;
    const char* code;
    Fault fault;
  };
  for (auto [status, code, fault] : std::vector<Case>{{403, "AccessDenied", Fault::unavailable},
                                                      {404, "NoSuchBucket", Fault::unavailable},
                                                      {403, "QuotaExceeded", Fault::storage_full},
                                                      {200, "AccessDenied", Fault::unavailable}}) {
    outbound_.answer(status, "<Error><Code>" + std::string(code) + "</Code></Error>");
    auto error = failure([&] { put("abc"); });
    EXPECT_EQ(error.fault(), fault) << code;
    EXPECT_THAT(error.what(), HasSubstr(code));
    EXPECT_TRUE(error.retry_after);
  }
}

TEST_F(S3BlobsFaultsTest, ALongBodyGoesInPartsWithTheirTags) {
  outbound_.answer(200, began);
  for (int i = 0; i < 3; ++i) outbound_.answer(with_etag);
  outbound_.answer(200, completed);
  EXPECT_EQ(put("0123456789"), 10u);
  EXPECT_EQ(line(0), "POST " + target() + "?uploads");
  EXPECT_EQ(line(3), "PUT " + target() + "?partNumber=3&uploadId=u%2F1");
  EXPECT_EQ(outbound_.received().at(3).body, "89");
  EXPECT_EQ(line(4), "POST " + target() + "?uploadId=u%2F1");
  EXPECT_THAT(outbound_.received().at(4).body,
              HasSubstr("<Part><PartNumber>3</PartNumber><ETag>\"e\"</ETag></Part></Complete"));
}

class CompletionTest : public S3BlobsFaultsTest {
 protected:
  CompletionTest() {
    outbound_.answer(200, began);
    for (int i = 0; i < 2; ++i) outbound_.answer(with_etag);
  }
  void answer_head(std::size_t bytes) {
    outbound_.answer([=](const http::ClientRequest& request) {
      EXPECT_EQ(request.method, "HEAD");
      auto response = http::make_response(200);
      response.body_bytes = bytes;
      return response;
    });
  }
  ByteCount put_two_parts() { return put("abcdef"); }
};

TEST_F(CompletionTest, AnErrorInside200IsTriedAgain) {
  outbound_.answer(200, failed_inside);
  outbound_.answer(200, completed);
  EXPECT_EQ(put_two_parts(), 6u);
}

TEST_F(CompletionTest, AnUploadThatIsGoneIsCompleteWhenItsObjectHasAllBytes) {
  outbound_.break_off();  // behind the effect
  outbound_.answer(404, no_upload);
  answer_head(6);
  EXPECT_EQ(put_two_parts(), 6u);
}

TEST_F(CompletionTest, AnUploadThatIsGoneWithoutItsObjectIsAFailure) {
  outbound_.answer(404, no_upload);
  outbound_.answer(404);
  outbound_.answer(204);
  EXPECT_EQ(failure([&] { put_two_parts(); }).fault(), Fault::unavailable);
}

TEST_F(CompletionTest, AnUploadThatIsGoneIsNotCompleteWhenItsObjectIsShort) {
  outbound_.answer(404, no_upload);
  answer_head(5);
  outbound_.answer(204);
  EXPECT_EQ(failure([&] { put_two_parts(); }).fault(), Fault::unavailable);
}

TEST_F(CompletionTest, WhatFailsForGoodIsAborted) {
  outbound_.answer(400, "<Error><Code>EntityTooSmall</Code></Error>");
  outbound_.answer(204);
  EXPECT_THAT(failure([&] { put_two_parts(); }).what(), HasSubstr("EntityTooSmall"));
  EXPECT_EQ(line(4), "DELETE " + target() + "?uploadId=u%2F1");
}

TEST_F(S3BlobsFaultsTest, AReadGoesOnWhereItBrokeOff) {
  outbound_.answer(part_of("abc", "bytes 2-7/10", true));
  outbound_.answer(part_of("de", "bytes 5-7/10", false));  // ends too early
  outbound_.answer(part_of("f", "bytes 7-7/10", false));
  EXPECT_EQ(read({2, 8}), "abcdef");
  EXPECT_EQ(request(0).fields.find("Range"), "bytes=2-7");
  EXPECT_EQ(request(1).fields.find("Range"), "bytes=5-7");
  EXPECT_EQ(request(2).fields.find("Range"), "bytes=7-7");
}

TEST_F(S3BlobsFaultsTest, AReadThatGetsNowhereFails) {
  for (int i = 0; i < 5; ++i) outbound_.answer(part_of("", "bytes 0-3/4", false));
  EXPECT_EQ(failure([&] { read({0, 4}); }).fault(), Fault::unavailable);
  EXPECT_EQ(outbound_.received().size(), 4u);
}

TEST_F(S3BlobsFaultsTest, AnotherRangeThanWasAskedForIsNotTaken) {
  for (const auto* range : {"bytes 1-3/4", "bytes 0-3/*", "bytes 0-3", "items 0-3/4", ""}) {
    outbound_.answer(part_of("abcd", range, false));
    EXPECT_EQ(failure([&] { read({0, 4}); }).fault(), Fault::unavailable) << range;
  }
  outbound_.answer(part_of("abc", "bytes 0-2/3", false));
  EXPECT_EQ(failure([&] { read({0, 4}); }).fault(), Fault::invalid);
}

TEST_F(S3BlobsFaultsTest, AListThatCannotBeReadIsAFailure) {
  for (const auto* xml : {"", "<html>", "<L><IsTruncated>true</IsTruncated></L>"}) {
    outbound_.answer(200, xml);
    auto list = [&] { run_task(blobs_.list({}, 10)); };
    EXPECT_EQ(failure(list).fault(), Fault::unavailable) << xml;
  }
}

TEST_F(S3BlobsFaultsTest, AListGoesOnBehindPagesOfForeignObjects) {
  outbound_.answer(200, "<L><IsTruncated>true</IsTruncated><Key>blobs/a b</Key></L>");
  outbound_.answer(200,
                   "<L><IsTruncated>false</IsTruncated><Key>blobs/" + key_.text() + "</Key></L>");
  auto page = run_task(blobs_.list({}, 10));
  EXPECT_EQ(page.keys, std::vector{key_});
  EXPECT_FALSE(page.next);
  EXPECT_THAT(line(1), HasSubstr("&start-after=blobs%2Fa%20b"));
}

}  // namespace
}  // namespace tapedeck
