// The simulated services keep what the suites ask of the real ones.
#include "conformance/blobs_suite.h"
#include "conformance/cloud_catalogs.h"
#include "simulator/direct_outbound.h"
#include "simulator/dynamo_service.h"
#include "simulator/s3_service.h"
#include "store/s3_blobs.h"

namespace tapedeck {

namespace {

/// One service for all tests, as an engine is.
class SharedDynamo final : public http::Outbound {
 public:
  Task<http::Response> send(http::ClientRequest& request) override {
    static simulator::DynamoService service;
    static simulator::DirectOutbound direct(service);
    return direct.send(request);
  }
  std::string host() const override { return "service.simulated"; }
};

class SimulatedS3Harness final : public BlobsHarness {
 public:
  SimulatedS3Harness() {
    make_bucket();
    reopen();
  }
  Blobs& blobs() override { return *blobs_; }
  void reopen() override { blobs_ = std::make_unique<S3Blobs>(options(), outbound_, keys_, env_); }

 private:
  static S3Blobs::Options options() {
    S3Blobs::Options options;
    options.bucket.endpoint = {"http", "service.simulated", 80};
    options.bucket.bucket = "conformance";
    return options;
  }
  void make_bucket() {
    AwsClient::Options options;
    options.scope = {"us-east-1", "s3"};
    options.code_of = [](const AwsAnswer&) { return ""; };
    AwsClient client(options, outbound_, keys_, env_);
    AwsCall call{.method = "PUT", .target = "/conformance"};
    EXPECT_TRUE(run_task(client.send(call)).is_success());
  }

  SystemEnv env_;
  FixedCredentials keys_{{"simulated", "secret", "", {}}};
  simulator::S3Service service_{{}};
  simulator::DirectOutbound outbound_{service_};
  std::unique_ptr<S3Blobs> blobs_;
};

template <class Backend>
std::string name_of(const testing::TestParamInfo<Backend>& info) {
  return info.param.name;
}

}  // namespace

std::unique_ptr<http::Outbound> connect_to_dynamo() {
  return std::make_unique<SharedDynamo>();
}

INSTANTIATE_TEST_SUITE_P(Catalog, CatalogSuite,
                         testing::Values(CatalogBackend{"SimulatedDynamo", make_dynamo_harness},
                                         CatalogBackend{"SimulatedDynamoWithLostAnswers",
                                                        make_faulty_dynamo_harness}),
                         name_of<CatalogBackend>);
INSTANTIATE_TEST_SUITE_P(Blobs, BlobsSuite,
                         testing::Values(BlobsBackend{
                             "SimulatedS3", [] { return std::make_unique<SimulatedS3Harness>(); }}),
                         name_of<BlobsBackend>);

}  // namespace tapedeck
