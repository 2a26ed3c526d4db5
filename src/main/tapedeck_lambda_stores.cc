// Of the program tapedeck-lambda: the stores that a function can have. Instead of stores.cc, so
// that the program needs no SQLite.
#include "base/run_task.h"
#include "main/cloud_setup.h"
#include "main/cloud_stores.h"
#include "main/stores.h"
#include "store/dynamo_table.h"
#include "store/memory_blobs.h"
#include "store/memory_catalog.h"

namespace tapedeck {

namespace {

[[noreturn]] void refuse(const char* setting, const char* choices) {
  throw UsageError(std::string("A function keeps nothing on its own disk. Set ") + setting +
                   " to one of: " + choices + ".");
}

/// The template's table has no version yet when the first instance starts.
std::shared_ptr<Catalog> open_catalog(const Config& config, const AwsKeys& keys, Env& env) {
  DynamoAccess access(config, keys, env);
  run_task(adopt_dynamo_table(access.client));
  return open_dynamo_catalog(config, keys, env);
}

}  // namespace

Stores open_stores(const Config& config, Env& env, Log&) {
  Stores stores;
  stores.disk_jobs_waiting = [] { return std::size_t{0}; };
  if (config.catalog == CatalogChoice::memory) stores.catalog = std::make_shared<MemoryCatalog>();
  if (config.blobs == BlobsChoice::memory) stores.blobs = std::make_shared<MemoryBlobs>();
  if (config.catalog == CatalogChoice::sqlite) refuse("TAPEDECK_CATALOG", "dynamo, memory");
  if (config.blobs == BlobsChoice::disk) refuse("TAPEDECK_BLOBS", "s3, memory");
  if (stores.catalog && stores.blobs) return stores;
  auto keys = find_aws_keys(config, env);
  if (!stores.catalog) stores.catalog = open_catalog(config, keys, env);
  if (stores.blobs) return stores;
  stores.blobs = open_s3_blobs(config, keys, env);
  claim_bucket(config, *stores.catalog, keys, env);
  return stores;
}

}  // namespace tapedeck
