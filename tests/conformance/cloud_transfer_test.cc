// Between a data folder and the services, and back.
#include "conformance/cloud_catalogs.h"
#include "conformance/s3_harness.h"
#include "conformance/transfer_suite.h"
#include "store/dynamo_transfer.h"

namespace tapedeck {

namespace {

/// DynamoDB and S3: a table and a bucket of its own.
class CloudPlace final : public Place {
 public:
  CloudPlace() {
    stack_.make_table();
    stack_.reopen();
  }
  Catalog& catalog() override { return stack_.catalog(); }
  CatalogTransfer& reading() override { return transfer_; }
  CatalogTransfer& writing() override { return transfer_; }
  Blobs& blobs() override { return s3_.blobs(); }

 private:
  SystemEnv env_;
  std::unique_ptr<http::Outbound> outbound_ = connect_to_dynamo();
  DynamoStack stack_{*outbound_, env_, "tapedeck-" + Ulid::make(env_).text()};
  DynamoTransfer transfer_{stack_.client(), env_};
  S3Harness s3_{8 * MiB};
};

template <class Kind>
MakePlace make() {
  return [] { return std::make_unique<Kind>(); };
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(
    Cloud, TransferSuite,
    testing::Values(TransferWay{"LocalToCloud", make<LocalPlace>(), make<CloudPlace>()},
                    TransferWay{"CloudToLocal", make<CloudPlace>(), make<LocalPlace>()},
                    TransferWay{"CloudToCloud", make<CloudPlace>(), make<CloudPlace>()}),
    [](const auto& way) { return way.param.name; });

}  // namespace tapedeck
