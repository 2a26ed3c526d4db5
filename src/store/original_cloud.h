// OriginalCloud: a deployment of the original server, in DynamoDB and S3.
#pragma once

#include <string>

#include "core/original_data.h"
#include "http/client_pool.h"
#include "store/aws_client.h"
#include "store/dynamo_client.h"
#include "store/s3_bucket.h"

namespace tapedeck {

/// Its two tables, which are scanned, and its bucket.
class OriginalCloud final : public OriginalData {
 public:
  struct Parts {
    DynamoClient& users;
    DynamoClient& records;
    AwsClient& s3;
    http::Outbound& anybody;  // to the same place as s3; for asking without a key
    S3BucketOptions bucket;
  };

  /// The parts must outlive it and its sources.
  explicit OriginalCloud(Parts parts);

  Task<OriginalPage<OriginalUser>> list_users(const std::string& after) override;
  Task<OriginalPage<OriginalRecord>> list_records(const std::string& after) override;
  Task<OriginalPage<OriginalObject>> list_objects(const std::string& after) override;
  Task<std::unique_ptr<ByteSource>> open_object(const std::string& id) override;
  Task<bool> is_public(const std::string& id) override;

 private:
  std::string target(const std::string& id) const;

  const Parts parts_;
  const std::string path_;  // of the bucket: "/bucket", or empty
};

/// Of a listing whose names are URL-encoded. Throws unavailable when it cannot be read.
OriginalPage<OriginalObject> parse_original_listing(const std::string& xml);

}  // namespace tapedeck
