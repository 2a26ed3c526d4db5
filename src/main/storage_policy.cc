#include "main/storage_policy.h"

#include <fmt/format.h>

#include "main/store_settings.h"

namespace tapedeck {

namespace {

std::string partition_of(const std::string& region) {
  if (region.starts_with("cn-")) return "aws-cn";
  return region.starts_with("us-gov-") ? "aws-us-gov" : "aws";
}

json::object statement(const char* name, json::array actions, json::array resources) {
  return {{"Sid", name},
          {"Effect", "Allow"},
          {"Action", std::move(actions)},
          {"Resource", std::move(resources)}};
}

void add_bucket(const Config& config, json::array& statements) {
  auto region = s3_region_in_force(config);
  auto bucket = fmt::format("arn:{}:s3:::{}", partition_of(region), config.s3_bucket);
  statements.push_back(statement("Audio",
                                 {"s3:GetObject", "s3:PutObject", "s3:DeleteObject",
                                  "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"},
                                 {bucket + "/blobs/*"}));
  // The last three tell that it is not open to the public.
  statements.push_back(
      statement("Bucket",
                {"s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketPublicAccessBlock",
                 "s3:GetBucketPolicyStatus", "s3:GetBucketAcl"},
                {bucket}));
  if (config.s3_encryption_key.empty()) return;
  auto key = config.s3_encryption_key;
  if (!key.starts_with("arn:")) {
    key = fmt::format("arn:{}:kms:{}:*:key/{}", partition_of(region), region, key);
  }
  statements.push_back(statement("AudioKey", {"kms:GenerateDataKey", "kms:Decrypt"}, {key}));
}

void add_table(const Config& config, json::array& statements) {
  auto region = dynamo_region_in_force(config);
  auto table = fmt::format("arn:{}:dynamodb:{}:*:table/{}", partition_of(region), region,
                           config.dynamo_table);
  statements.push_back(statement(
      "Catalog",
      {"dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query",
       "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"},
      {table, table + "/index/*"}));
}

}  // namespace

json::object make_storage_policy(const Config& config) {
  json::array statements;
  if (config.blobs == BlobsChoice::s3) add_bucket(config, statements);
  if (config.catalog == CatalogChoice::dynamo) add_table(config, statements);
  return {{"Version", "2012-10-17"}, {"Statement", std::move(statements)}};
}

}  // namespace tapedeck
