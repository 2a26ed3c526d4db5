// The backends that need a service: ./test cloud starts it, and says where it is.
#include "conformance/blobs_direct.h"
#include "conformance/blobs_suite.h"
#include "conformance/cloud_catalogs.h"
#include "conformance/s3_harness.h"

namespace tapedeck {

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
