// The stores that are services: DynamoDB and S3. Needs no SQLite and no data folder.
#pragma once

#include <memory>

#include "core/blobs.h"
#include "core/catalog.h"
#include "main/config.h"
#include "store/aws_client.h"
#include "store/aws_credential_chain.h"
#include "store/dynamo_client.h"
#include "store/s3_bucket.h"

namespace tapedeck {

using AwsKeys = std::shared_ptr<AwsCredentialChain>;

/// From where the environment says. Throws as AwsCredentialChain.
AwsKeys find_aws_keys(const Config& config, Env& env);

/// The way to the bucket, for what is not a blob. Safe for concurrent use.
struct S3Access {
  /// `env` must outlive it.
  S3Access(const Config& config, AwsKeys keys, Env& env);

  const AwsKeys keys;
  const S3BucketOptions bucket;
  const std::string region;
  http::ClientPool pool;
  AwsClient client;
};

/// The way to the table. Safe for concurrent use.
struct DynamoAccess {
  DynamoAccess(const Config& config, AwsKeys keys, Env& env);

  const AwsKeys keys;
  http::ClientPool pool;
  AwsClient aws;
  DynamoClient client;
};

/// The catalog in the table, owning what it needs but `env`. Blocks: looks at the table first, and
/// throws as check_table.
std::shared_ptr<Catalog> open_dynamo_catalog(const Config& config, AwsKeys keys, Env& env);

/// The blobs in the bucket, owning what they need but `env`. Blocks, and throws as check_bucket.
std::shared_ptr<Blobs> open_s3_blobs(const Config& config, AwsKeys keys, Env& env);

}  // namespace tapedeck
