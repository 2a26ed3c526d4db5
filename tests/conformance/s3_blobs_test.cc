// What S3Blobs does beyond the port, against a real S3.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/encoding.h"
#include "base/error.h"
#include "conformance/s3_harness.h"

namespace tapedeck {
namespace {

using testing::HasSubstr;

/// Yields so many bytes in pieces of 64 KiB, each a count; then ends, or breaks.
class LongSource final : public ByteSource {
 public:
  LongSource(ByteCount bytes, bool breaks) : left_(bytes), breaks_(breaks) {}
  Task<ByteView> read() override {
    if (left_ == 0 && breaks_) throw Error(Fault::timed_out, "the client went away");
    chunk_.assign(std::min<ByteCount>(left_, 64 * KiB), static_cast<char>(left_ % 251));
    left_ -= chunk_.size();
    co_return ByteView(chunk_);
  }

 private:
  ByteCount left_;
  const bool breaks_;
  std::string chunk_;
};

class S3BlobsTest : public testing::Test {
 protected:
  BlobKey new_key() { return {AccountId::make(env_), RecordingId::make(env_), Ulid::make(env_)}; }
  AwsClient make_client() {
    AwsClient::Options options;
    options.scope = {"us-east-1", "s3"};
    options.code_of = [](const AwsAnswer& answer) { return find_s3_error(answer.body); };
    return {options, harness_.outbound(), harness_.keys(), env_};
  }
  AwsAnswer call(const std::string& method, const std::string& query) {
    auto client = make_client();
    AwsCall made{.method = method, .target = "/" + harness_.bucket().bucket + query};
    return run_task(client.send(made));
  }

  SystemEnv env_;
  S3Harness harness_{5 * MiB};
};

TEST_F(S3BlobsTest, ABodyOfAnyLengthIsKeptWhole) {
  for (auto bytes : {5 * MiB - 1, 5 * MiB, 5 * MiB + 1, 10 * MiB, 12 * MiB + 3}) {
    auto key = new_key();
    LongSource source(bytes, false);
    Checksums sums;
    EXPECT_EQ(run_task(harness_.blobs().put(key, source, sums)), bytes);
    auto read_back = [&]() -> Task<Sha256Digest> {
      Sha256 seen;
      ByteRange range{0, bytes};
      auto stored = co_await harness_.blobs().open(key, range);
      for (;;) {
        auto chunk = co_await stored->read();
        if (chunk.empty()) break;
        seen.update(chunk);
      }
      co_return seen.finish();
    };
    EXPECT_EQ(run_task(read_back()), sums.whole().finish()) << bytes;
  }
}

TEST_F(S3BlobsTest, ABodyThatBreaksOffInItsThirdPartLeavesNothing) {
  LongSource source(11 * MiB, true);
  Checksums sums;
  EXPECT_THROW(run_task(harness_.blobs().put(new_key(), source, sums)), Error);
  EXPECT_THAT(call("GET", "/?uploads").body, testing::Not(HasSubstr("<UploadId>")));
  EXPECT_TRUE(run_task(harness_.blobs().list({}, 10)).keys.empty());
}

TEST_F(S3BlobsTest, ADamagedBodyIsRefused) {
  S3Bucket bucket(harness_.bucket());
  auto key = new_key();
  auto damaged = bucket.put(key, "byteS", to_hex(view_of(sha256_of("bytes"))));
  auto client = make_client();
  auto answer = run_task(client.send(damaged));
  EXPECT_FALSE(answer.is_success());
  EXPECT_EQ(run_task(client.send(bucket.head(key))).status, 404);
}

TEST_F(S3BlobsTest, ASharedUrlPlaysOneBlobAndNothingElse) {
  auto key = new_key();
  MemorySource source("0123456789");
  Checksums sums;
  run_task(harness_.blobs().put(key, source, sums));
  SharedAs as{"audio/wav", "attachment; filename=\"a b.wav\"", "private, no-store"};
  auto url = run_task(harness_.blobs().share(key, as, std::chrono::minutes{1})).value();
  auto base = S3Bucket(harness_.bucket()).base_url();
  ASSERT_TRUE(url.starts_with(base + "/"));
  auto fetch = [&](std::string target) -> Task<http::Response> {
    http::ClientRequest request{.target = std::move(target)};
    auto response = co_await harness_.outbound().send(request);
    auto body = co_await read_all(*response.body, KiB);
    if (response.status == 200) {
      EXPECT_EQ(body, "0123456789");
    }
    co_return http::Response{.status = response.status, .fields = std::move(response.fields)};
  };
  auto status_of = [&](std::string wanted) { return run_task(fetch(std::move(wanted))).status; };
  auto target = url.substr(base.size());
  auto response = run_task(fetch(target));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.fields.find("Content-Type"), as.content_type);
  EXPECT_EQ(response.fields.find("Content-Disposition"), as.content_disposition);
  EXPECT_EQ(response.fields.find("Cache-Control"), as.cache_control);
  EXPECT_EQ(status_of(target + "0"), 403);
  EXPECT_EQ(status_of(target.substr(0, target.find('?'))), 403);
}

TEST_F(S3BlobsTest, AnObjectOfSomebodyElseIsNotListed) {
  auto client = make_client();
  for (const auto* name : {"/blobs/aaa", "/blobs/zzz", "/other"}) {
    AwsCall made{.method = "PUT", .target = "/" + harness_.bucket().bucket + name, .body = "x"};
    EXPECT_TRUE(run_task(client.send(made)).is_success());
  }
  auto key = new_key();
  MemorySource source("ours");
  Checksums sums;
  run_task(harness_.blobs().put(key, source, sums));
  auto page = run_task(harness_.blobs().list({}, 1));
  EXPECT_EQ(page.keys, std::vector{key});
}

TEST_F(S3BlobsTest, WrongKeysAndAMissingBucketSaySo) {
  struct Case {
    AwsCredentials keys;
    std::string bucket;
    const char* says;
  };
  auto right = run_task(harness_.keys().find());
  auto wrong = right;
  wrong.secret_access_key += "0";
  for (const auto& [keys, bucket, says] : std::vector<Case>{
           {wrong, harness_.bucket().bucket, "SignatureDoesNotMatch"},
           {{"NOBODY", "SECRET", "", {}}, harness_.bucket().bucket, "InvalidAccessKeyId"},
           {right, "no-such-bucket", "NoSuchBucket"}}) {
    FixedCredentials source_of_keys(keys);
    S3Blobs::Options options;
    options.bucket = harness_.bucket();
    options.bucket.bucket = bucket;
    S3Blobs blobs(options, harness_.outbound(), source_of_keys, env_);
    try {
      run_task(blobs.list({}, 1));
      ADD_FAILURE() << says;
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::unavailable);
      EXPECT_TRUE(error.retry_after);
      EXPECT_THAT(error.what(), HasSubstr(says));
    }
  }
}

}  // namespace
}  // namespace tapedeck
