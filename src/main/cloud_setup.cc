#include "main/cloud_setup.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/run_task.h"
#include "core/catalog_mode.h"
#include "main/store_settings.h"
#include "store/dynamo_setup.h"
#include "store/s3_owner.h"

namespace tapedeck {

namespace {

AwsPlace place_of_bucket(const Config& config, const S3Access& access) {
  return {"S3",
          "s3",
          s3_endpoint_in_force(config),
          access.region,
          fmt::format("the bucket {} (s3_bucket)", config.s3_bucket),
          access.keys->place()};
}

AwsPlace place_of_table(const Config& config, const DynamoAccess& access) {
  return {"DynamoDB",
          "dynamo",
          dynamo_endpoint_in_force(config),
          dynamo_region_in_force(config),
          fmt::format("the table {} (dynamo_table)", config.dynamo_table),
          access.keys->place()};
}

/// Without keys no service need be asked.
void check_keys(AwsCredentialSource& keys) {
  run_task(keys.find());
}

void make_bucket(const Config& config, const AwsKeys& keys, Env& env,
                 std::vector<SetupStep>& steps) {
  S3Access access(config, keys, env);
  auto place = place_of_bucket(config, access);
  S3Bucket bucket(access.bucket);
  S3Wishes wishes;
  wishes.cors_origins = config.cors_origins;
  auto made = run_task(make_s3_bucket({access.client, bucket, place}, wishes));
  steps.insert(steps.end(), made.begin(), made.end());
}

void make_table(const Config& config, const AwsKeys& keys, Env& env,
                std::vector<SetupStep>& steps) {
  DynamoAccess access(config, keys, env);
  auto place = place_of_table(config, access);
  steps.push_back(run_task(make_dynamo_setup({access.aws, access.client, place}, env)));
}

}  // namespace

void check_bucket(const Config& config, S3Access& access, Env& env) {
  check_keys(*access.keys);
  auto place = place_of_bucket(config, access);
  S3Bucket bucket(access.bucket);
  run_task(check_s3_bucket({access.client, bucket, place}, env));
}

void check_table(const Config& config, DynamoAccess& access, Env& env) {
  check_keys(*access.keys);
  auto place = place_of_table(config, access);
  run_task(check_dynamo_setup({access.aws, access.client, place}, env));
}

void claim_bucket(const Config& config, Catalog& catalog, const AwsKeys& keys, Env& env) {
  const std::string name = catalog_id_name;
  auto ours = run_task(catalog.find_or_add_secret(name, Ulid::make(env).text()));
  S3Access access(config, keys, env);
  auto place = place_of_bucket(config, access);
  S3Bucket bucket(access.bucket);
  auto owner = run_task(find_or_set_owner({access.client, bucket, place}, ours));
  if (owner == ours) return;
  throw Error(Fault::conflict,
              fmt::format("There is audio in {} that belongs to another catalog than {}: this one "
                          "would take it for garbage. Name the two that belong together. If the "
                          "other catalog is gone for good, erase the object blobs/catalog.",
                          place.thing, place_of_catalog(config)));
}

std::vector<SetupStep> make_cloud_stores(const Config& config, Env& env) {
  auto keys = find_aws_keys(config, env);
  check_keys(*keys);
  std::vector<SetupStep> steps;
  if (config.blobs == BlobsChoice::s3) make_bucket(config, keys, env, steps);
  if (config.catalog == CatalogChoice::dynamo) make_table(config, keys, env, steps);
  return steps;
}

}  // namespace tapedeck
