// The doctor's checks of the stores that are services.
#include <fmt/format.h>

#include "base/env.h"
#include "main/cloud_setup.h"
#include "main/doctor.h"
#include "main/stores.h"

namespace tapedeck {

namespace {

constexpr const char* cure =
    "Change what is named there, or the service; `tapedeck config` shows where each setting came "
    "from.";

/// What `look` throws is what it found.
template <class Look>
Check examine_service(std::string name, const std::string& place, Look look) {
  try {
    look();
    return {std::move(name), true, place, ""};
  } catch (const std::exception& error) {
    return {std::move(name), false, error.what(), cure};
  }
}

}  // namespace

std::vector<Check> examine_cloud(const Config& config) {
  std::vector<Check> checks;
  SystemEnv env;
  if (config.catalog == CatalogChoice::dynamo) {
    auto look = [&] {
      DynamoAccess access(config, find_aws_keys(config, env), env);
      check_table(config, access, env);
    };
    checks.push_back(examine_service("table", place_of_catalog(config), look));
  }
  if (config.blobs == BlobsChoice::s3) {
    auto look = [&] {
      S3Access access(config, find_aws_keys(config, env), env);
      check_bucket(config, access, env);
    };
    checks.push_back(examine_service("bucket", place_of_blobs(config) + ", private", look));
  }
  return checks;
}

}  // namespace tapedeck
