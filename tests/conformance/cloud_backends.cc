// The backends that need a service: ./test cloud starts it, and says where it is.
#include <cstdlib>
#include <stdexcept>

#include "conformance/blobs_direct.h"
#include "conformance/blobs_suite.h"
#include "conformance/cloud_catalogs.h"
#include "conformance/s3_harness.h"

namespace tapedeck {

namespace {

std::string setting(const char* name) {
  const auto* value = std::getenv(name);
  if (value == nullptr)
    throw std::runtime_error(std::string(name) + " is not set; run ./test cloud");
  return value;
}

/// Of this process; unique among all that ever used the service.
std::string new_bucket_name() {
  SystemEnv env;
  auto name = "conformance-" + Ulid::make(env).text();
  for (auto& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

}  // namespace

S3Harness::S3Harness(ByteCount part_bytes)
    : part_bytes_(part_bytes),
      keys_({setting("AWS_ACCESS_KEY_ID"), setting("AWS_SECRET_ACCESS_KEY"), "", {}}) {
  auto endpoint = http::parse_origin(setting("TAPEDECK_TEST_S3_ENDPOINT"));
  if (!endpoint) throw std::runtime_error("TAPEDECK_TEST_S3_ENDPOINT is no origin");
  bucket_ = {*endpoint, new_bucket_name()};
  pool_ = std::make_unique<http::ClientPool>(*endpoint, http::ClientPoolOptions());
  make_bucket();
  reopen();
}

void S3Harness::make_bucket() {
  AwsClient::Options options;
  options.scope = {"us-east-1", "s3"};
  options.code_of = [](const AwsAnswer& answer) { return find_s3_error(answer.body); };
  AwsClient client(options, *pool_, keys_, env_);
  AwsCall call{.method = "PUT", .target = "/" + bucket_.bucket, .time_max = Millis{30'000}};
  auto answer = run_task(client.send(call));
  if (!answer.is_success()) throw std::runtime_error("no bucket: " + answer.code);
}

void S3Harness::reopen() {
  blobs_.reset();
  S3Blobs::Options options;
  options.bucket = bucket_;
  options.part_bytes = part_bytes_;
  blobs_ = std::make_unique<S3Blobs>(options, *pool_, keys_, env_);
}

namespace {

/// A client that has a part's URL, and no keys.
class DirectS3Harness final : public DirectBlobsHarness {
 public:
  Blobs& blobs() override { return harness_.blobs(); }

  std::optional<std::string> put_part(const std::string& url, const std::string& bytes) override {
    auto base = S3Bucket(harness_.bucket()).base_url();
    EXPECT_TRUE(url.starts_with(base + "/")) << url;
    return run_task(put(url.substr(base.size()), bytes));
  }

 private:
  Task<std::optional<std::string>> put(std::string target, std::string bytes) {
    http::ClientRequest request{.method = "PUT", .target = std::move(target)};
    MemorySource body(bytes);
    request.body = &body;
    request.body_bytes = bytes.size();
    auto response = co_await harness_.outbound().send(request);
    co_await read_all(*response.body, 64 * KiB);
    auto etag = response.fields.find("ETag");
    if (response.status != 200 || !etag) co_return std::nullopt;
    co_return unquote(*etag);
  }

  S3Harness harness_{8 * MiB};
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Blobs, DirectBlobsSuite,
                         testing::Values(DirectBlobsBackend{
                             "S3", [] { return std::make_unique<DirectS3Harness>(); }}),
                         [](const auto& backend) { return backend.param.name; });
INSTANTIATE_TEST_SUITE_P(Catalog, CatalogSuite,
                         testing::Values(CatalogBackend{"Dynamo", make_dynamo_harness},
                                         CatalogBackend{"DynamoWithLostAnswers",
                                                        make_faulty_dynamo_harness}),
                         [](const auto& backend) { return backend.param.name; });
INSTANTIATE_TEST_SUITE_P(Blobs, BlobsSuite,
                         testing::Values(BlobsBackend{
                             "S3", [] { return std::make_unique<S3Harness>(8 * MiB); }}),
                         [](const auto& backend) { return backend.param.name; });

}  // namespace tapedeck
