#include "main/cloud_stores.h"

#include <utility>

#include "base/check.h"
#include "main/cloud_setup.h"
#include "main/store_settings.h"
#include "store/dynamo_catalog.h"
#include "store/s3_blobs.h"
#include "store/s3_xml.h"

namespace tapedeck {

namespace {

// DynamoDB closes connections that say nothing for some seconds, and a write that meets such a
// close may have been done: better not to send it there.
constexpr std::chrono::seconds dynamo_idle_time{3};

http::Origin origin_of(const std::string& endpoint) {
  auto origin = http::parse_origin(endpoint);
  MUST(origin);  // the settings were checked
  return *origin;
}

http::ClientPoolOptions pool_options(const Config& config) {
  http::ClientPoolOptions options;
  options.client.certificate_authority_file = config.aws.certificate_authority_file;
  return options;
}

http::ClientPoolOptions dynamo_pool_options(const Config& config) {
  auto options = pool_options(config);
  options.client.idle_time = dynamo_idle_time;
  return options;
}

S3BucketOptions bucket_options(const Config& config) {
  S3BucketOptions options;
  options.endpoint = origin_of(s3_endpoint_in_force(config));
  options.bucket = config.s3_bucket;
  options.style = s3_style_in_force(config);
  options.encryption = config.s3_encryption;
  options.encryption_key = config.s3_encryption_key;
  return options;
}

AwsClient::Options s3_client_options(const std::string& region) {
  AwsClient::Options options;
  options.scope = {region, "s3"};
  options.code_of = [](const AwsAnswer& answer) { return find_s3_error(answer.body); };
  return options;
}

AwsClient::Options dynamo_client_options(const Config& config) {
  AwsClient::Options options;
  options.scope = {dynamo_region_in_force(config), "dynamodb"};
  options.code_of = dynamo_error_code;
  return options;
}

S3Blobs::Options blobs_options(const S3Access& access) {
  S3Blobs::Options options;
  options.bucket = access.bucket;
  options.region = access.region;
  return options;
}

/// A catalog and the way to it; a shared pointer to the catalog owns both.
struct OwnedCatalog {
  OwnedCatalog(const Config& config, AwsKeys keys, Env& env)
      : access(config, std::move(keys), env), catalog(access.client, env, {}) {}

  DynamoAccess access;
  DynamoCatalog catalog;
};

struct OwnedBlobs {
  OwnedBlobs(const Config& config, AwsKeys keys, Env& env)
      : access(config, std::move(keys), env),
        blobs(blobs_options(access), access.pool, *access.keys, env) {}

  S3Access access;
  S3Blobs blobs;
};

}  // namespace

AwsKeys find_aws_keys(const Config& config, Env& env) {
  return std::make_shared<AwsCredentialChain>(config.aws, env);
}

S3Access::S3Access(const Config& config, AwsKeys the_keys, Env& env)
    : keys(std::move(the_keys)),
      bucket(bucket_options(config)),
      region(s3_region_in_force(config)),
      pool(S3Bucket(bucket).origin(), pool_options(config)),
      client(s3_client_options(region), pool, *keys, env) {}

DynamoAccess::DynamoAccess(const Config& config, AwsKeys the_keys, Env& env)
    : keys(std::move(the_keys)),
      pool(origin_of(dynamo_endpoint_in_force(config)), dynamo_pool_options(config)),
      aws(dynamo_client_options(config), pool, *keys, env),
      client(aws, env, config.dynamo_table) {}

std::shared_ptr<Catalog> open_dynamo_catalog(const Config& config, AwsKeys keys, Env& env) {
  auto owned = std::make_shared<OwnedCatalog>(config, std::move(keys), env);
  check_table(config, owned->access, env);
  return {owned, &owned->catalog};
}

std::shared_ptr<Blobs> open_s3_blobs(const Config& config, AwsKeys keys, Env& env) {
  auto owned = std::make_shared<OwnedBlobs>(config, std::move(keys), env);
  check_bucket(config, owned->access, env);
  return {owned, &owned->blobs};
}

}  // namespace tapedeck
