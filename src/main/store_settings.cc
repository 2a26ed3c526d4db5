#include "main/store_settings.h"

#include <fmt/format.h>

#include "http/client.h"
#include "store/s3_bucket.h"

namespace tapedeck {

namespace {

constexpr const char* usual_region = "us-east-1";

bool is_of_aws(const std::string& endpoint) {
  auto origin = http::parse_origin(endpoint);
  if (!origin) return false;
  return origin->host.ends_with(".amazonaws.com") || origin->host.ends_with(".amazonaws.com.cn");
}

std::string region_in_force(const std::string& region, const std::string& endpoint) {
  if (!region.empty() || endpoint.empty() || is_of_aws(endpoint)) return region;
  return usual_region;
}

std::string endpoint_in_force(const std::string& service, const std::string& region,
                              const std::string& endpoint) {
  if (!endpoint.empty()) return endpoint;
  if (region.empty()) return "";
  return fmt::format("https://{}.{}.amazonaws.com{}", service, region,
                     region.starts_with("cn-") ? ".cn" : "");
}

void need_region(const std::string& name, const std::string& region,
                 std::vector<std::string>& mistakes) {
  if (!region.empty()) return;
  mistakes.push_back(fmt::format(
      "{0}_region is not set, nor AWS_REGION: name the region, or {0}_endpoint if it is not AWS.",
      name));
}

}  // namespace

std::string s3_region_in_force(const Config& config) {
  return region_in_force(config.s3_region, config.s3_endpoint);
}

std::string dynamo_region_in_force(const Config& config) {
  return region_in_force(config.dynamo_region, config.dynamo_endpoint);
}

std::string s3_endpoint_in_force(const Config& config) {
  return endpoint_in_force("s3", config.s3_region, config.s3_endpoint);
}

std::string dynamo_endpoint_in_force(const Config& config) {
  return endpoint_in_force("dynamodb", config.dynamo_region, config.dynamo_endpoint);
}

S3Style s3_style_in_force(const Config& config) {
  if (config.s3_style) return *config.s3_style;
  // A name with dots has no certificate of AWS's below its host.
  bool has_dots = config.s3_bucket.find('.') != std::string::npos;
  return is_of_aws(s3_endpoint_in_force(config)) && !has_dots ? S3Style::virtual_host
                                                              : S3Style::path;
}

std::string place_of_catalog(const Config& config) {
  switch (config.catalog) {
    case CatalogChoice::sqlite:
      return (config.data / "tapedeck.db").string();
    case CatalogChoice::dynamo:
      return fmt::format("the table {} at {}", config.dynamo_table,
                         dynamo_endpoint_in_force(config));
    case CatalogChoice::memory:
      return "memory";
  }
  return "";
}

std::string place_of_blobs(const Config& config) {
  switch (config.blobs) {
    case BlobsChoice::disk:
      return fmt::format("the folder \"{}\"", config.data.string());
    case BlobsChoice::s3:
      return fmt::format("the bucket {} at {}", config.s3_bucket, s3_endpoint_in_force(config));
    case BlobsChoice::memory:
      return "memory";
  }
  return "";
}

bool is_cloud_alone(const Config& config) {
  return config.catalog == CatalogChoice::dynamo && config.blobs == BlobsChoice::s3;
}

std::vector<std::string> find_store_mistakes(const Config& config) {
  std::vector<std::string> mistakes;
  bool forgetful = config.catalog == CatalogChoice::memory;
  if (forgetful != (config.blobs == BlobsChoice::memory)) {
    // One of them forgetting would make the other's contents lost or garbage.
    mistakes.emplace_back("catalog and blobs belong together: keep both in memory, or none.");
  } else if (config.catalog == CatalogChoice::dynamo && config.blobs == BlobsChoice::disk) {
    mistakes.emplace_back(
        "catalog = dynamo is for several servers, and blobs = disk for one: set blobs to s3, or "
        "catalog to sqlite.");
  }
  if (config.catalog == CatalogChoice::dynamo) {
    need_region("dynamo", dynamo_region_in_force(config), mistakes);
  }
  if (config.blobs != BlobsChoice::s3) return mistakes;
  if (config.s3_bucket.empty())
    mistakes.emplace_back("blobs = s3 needs s3_bucket: name the bucket.");
  need_region("s3", s3_region_in_force(config), mistakes);
  if (!config.s3_encryption_key.empty() && config.s3_encryption != "aws:kms") {
    mistakes.emplace_back("s3_encryption_key is for s3_encryption = aws:kms alone.");
  }
  return mistakes;
}

}  // namespace tapedeck
