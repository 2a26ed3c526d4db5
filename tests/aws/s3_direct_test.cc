// S3Blobs, where clients put the bytes: against an S3 that misbehaves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/canned_outbound.h"
#include "base/run_task.h"
#include "core/test_env.h"
#include "store/s3_blobs.h"

namespace tapedeck {
namespace {

using testing::HasSubstr;

const std::string completed = "<CompleteMultipartUploadResult/>";

std::string error_of(const char* code) {
  return "<Error><Code>" + std::string(code) + "</Code></Error>";
}

class S3DirectTest : public testing::Test {
 protected:
  static S3Blobs::Options options() {
    S3Blobs::Options options;
    options.bucket = {{"https", "s3.example", 443}, "b"};
    options.bucket.style = S3Style::virtual_host;
    return options;
  }
  void answer_head(std::optional<ByteCount> bytes) {
    outbound_.answer([bytes](const http::ClientRequest&) {
      auto response = http::make_response(bytes ? 200 : 404);
      response.body_bytes = bytes;
      return response;
    });
  }
  FinishDirect finish() { return run_task(blobs_.finish_direct(blob_, parts_, 7)); }
  std::string line(std::size_t call) {
    const auto& request = outbound_.received().at(call).request;
    return request.method + " " + request.target;
  }
  std::string target() { return "/blobs/" + blob_.key.text(); }

  CannedOutbound outbound_;
  TestEnv env_;
  FixedCredentials keys_{{"KEY", "SECRET", "", {}}};
  S3Blobs blobs_{options(), outbound_, keys_, env_};
  DirectBlob blob_{{AccountId::make(env_), RecordingId::make(env_), Ulid::make(env_)}, "u/1"};
  std::vector<DirectPart> parts_{{1, "abc", 0}, {2, "def", 0}};
};

TEST_F(S3DirectTest, APartsUrlIsSignedForItsNumberAndLength) {
  auto url = run_task(blobs_.direct_part_url(blob_, 12, 345, std::chrono::seconds{60}));
  EXPECT_TRUE(url.starts_with("https://b.s3.example" + target() + "?partNumber=12&uploadId=u%2F1&"))
      << url;
  EXPECT_THAT(url, HasSubstr("X-Amz-Expires=60&X-Amz-SignedHeaders=content-length%3Bhost"));
}

TEST_F(S3DirectTest, WhatS3HasTellsHowItEnded) {
  struct Case {
    int status;
    std::string body;
    std::optional<ByteCount> size;
    FinishDirect expected;
  };
  for (const auto& [status, body, size, expected] : std::vector<Case>{
           {200, completed, 7, FinishDirect::done},
           {200, completed, 8, FinishDirect::wrong_size},
           {200, completed, std::nullopt, FinishDirect::gone},
           {404, error_of("NoSuchUpload"), 7, FinishDirect::done},
           {404, error_of("NoSuchUpload"), 6, FinishDirect::wrong_size},
           {404, error_of("NoSuchUpload"), std::nullopt, FinishDirect::gone},
           {400, error_of("InvalidPart"), std::nullopt, FinishDirect::wrong_parts},
           {400, error_of("InvalidPartOrder"), std::nullopt, FinishDirect::wrong_parts},
           {400, error_of("EntityTooSmall"), std::nullopt, FinishDirect::wrong_parts},
           {400, error_of("InvalidPart"), 7, FinishDirect::done},
           {200, error_of("InvalidPart"), std::nullopt, FinishDirect::wrong_parts}}) {
    SCOPED_TRACE(body);
    outbound_.answer(status, body);
    answer_head(size);
    EXPECT_EQ(finish(), expected);
  }
  EXPECT_EQ(line(0), "POST " + target() + "?uploadId=u%2F1");
  EXPECT_THAT(outbound_.received().at(0).body,
              HasSubstr("<Part><PartNumber>2</PartNumber><ETag>\"def\"</ETag></Part></Complete"));
  EXPECT_EQ(line(1), "HEAD " + target());
}

TEST_F(S3DirectTest, AnErrorInsideA200IsSentAgain) {
  outbound_.answer(200, "  \n" + error_of("InternalError"));
  outbound_.answer(200, completed);
  answer_head(7);
  EXPECT_EQ(finish(), FinishDirect::done);
}

TEST_F(S3DirectTest, WhenNobodyAnswersTheObjectIsLookedAt) {
  for (int i = 0; i < 5; ++i) outbound_.break_off();
  answer_head(7);
  EXPECT_EQ(finish(), FinishDirect::done) << "it was done all the same";
  for (int i = 0; i < 5; ++i) outbound_.break_off();
  answer_head(std::nullopt);
  EXPECT_THROW(static_cast<void>(finish()), Error) << "it may still be done";
}

TEST_F(S3DirectTest, WithoutPartsItOnlyLooks) {
  parts_.clear();
  answer_head(7);
  EXPECT_EQ(finish(), FinishDirect::done);
  answer_head(std::nullopt);
  outbound_.answer(404, error_of("NoSuchUpload"));
  EXPECT_EQ(finish(), FinishDirect::gone);
  answer_head(std::nullopt);
  outbound_.answer(200, "<ListPartsResult></ListPartsResult>");
  EXPECT_EQ(finish(), FinishDirect::wrong_parts);
  EXPECT_EQ(line(4), "GET " + target() + "?uploadId=u%2F1&max-parts=1&part-number-marker=0");
}

TEST_F(S3DirectTest, AListThatCannotBeReadIsAFailure) {
  for (const auto* body :
       {"<L><Part><PartNumber>1</PartNumber><Size>5</Size></Part></L>",
        "<L><Part><PartNumber>x</PartNumber><Size>5</Size><ETag>e</ETag></Part></L>",
        "<L><Part><PartNumber>1</PartNumber><Size>-5</Size><ETag>e</ETag></Part></L>",
        "<L><Part><PartNumber>99999999999</PartNumber><Size>5</Size><ETag>e</ETag></Part></L>"}) {
    outbound_.answer(200, body);
    EXPECT_THROW(run_task(blobs_.list_direct_parts(blob_, 0, 9)), Error) << body;
  }
  for (const auto* body :
       {"", "<L></L>", "<L><IsTruncated>true</IsTruncated></L>",
        "<L><IsTruncated>false</IsTruncated><Upload><Key>blobs/k</Key></Upload></L>"}) {
    outbound_.answer(200, body);
    EXPECT_THROW(run_task(blobs_.list_unfinished({}, 9)), Error) << body;
  }
}

TEST_F(S3DirectTest, UnfinishedOnesOfOthersAreSkippedAndTheRestIsAskedFor) {
  auto ours = blob_.key.text();
  outbound_.answer(200,
                   "<L><IsTruncated>true</IsTruncated>"
                   "<Upload><Key>blobs/not-ours</Key><UploadId>a</UploadId></Upload></L>");
  outbound_.answer(200, "<L><IsTruncated>false</IsTruncated><Upload><Key>blobs/" + ours +
                            "</Key><UploadId>u/1</UploadId></Upload></L>");
  auto page = run_task(blobs_.list_unfinished({}, 9));
  ASSERT_EQ(page.blobs.size(), 1u);
  EXPECT_EQ(page.blobs[0].key, blob_.key);
  EXPECT_EQ(page.blobs[0].upload, "u/1");
  EXPECT_FALSE(page.next);
  EXPECT_EQ(line(1),
            "GET /?uploads&max-uploads=9&prefix=blobs%2F&key-marker=blobs%2Fnot-ours"
            "&upload-id-marker=a");
}

TEST_F(S3DirectTest, AbortingWhatIsGoneIsNoErrorAndTheObjectStays) {
  outbound_.answer(404, error_of("NoSuchUpload"));
  run_task(blobs_.abort_direct(blob_));
  EXPECT_EQ(line(0), "DELETE " + target() + "?uploadId=u%2F1");
  outbound_.answer(403, error_of("AccessDenied"));
  EXPECT_THROW(run_task(blobs_.abort_direct(blob_)), Error);
}

}  // namespace
}  // namespace tapedeck
