#include "main/stores.h"

#include "main/cloud_setup.h"
#include "main/local_blobs.h"
#include "store/cached_catalog.h"
#include "store/memory_blobs.h"
#include "store/memory_catalog.h"
#include "store/sqlite_catalog.h"

namespace tapedeck {

namespace {

struct OwnedCatalog {
  OwnedCatalog(std::shared_ptr<DataFolder> the_folder, Log& log)
      : folder(std::move(the_folder)),
        catalog(std::make_unique<SqliteCatalog>(SqliteCatalog::Options{folder->database()}, log)) {}

  std::shared_ptr<DataFolder> folder;
  CachedCatalog catalog;  // the folder's lock makes this process the only one that writes
};

std::shared_ptr<DataFolder> open_folder(const Config& config) {
  bool has_blobs = config.blobs == BlobsChoice::disk;
  if (config.catalog != CatalogChoice::sqlite && !has_blobs) return nullptr;
  return std::make_shared<DataFolder>(
      config.data.string(), has_blobs ? DataFolder::Holds::blobs : DataFolder::Holds::no_blobs);
}

void open_local(const Config& config, Stores& stores, Env& env, Log& log) {
  stores.folder = open_folder(config);
  if (config.catalog == CatalogChoice::sqlite) {
    auto owned = std::make_shared<OwnedCatalog>(stores.folder, log);
    stores.catalog = {owned, &owned->catalog};
    stores.database = stores.folder->database();
  }
  if (config.blobs == BlobsChoice::disk) {
    auto owned = std::make_shared<LocalBlobs>(config, stores.folder, env);
    stores.blobs = {owned, &owned->blobs()};
    stores.disk_jobs_waiting = [owned] { return owned->jobs_waiting(); };
  }
}

void open_cloud(const Config& config, Stores& stores, Env& env) {
  bool has_catalog = config.catalog == CatalogChoice::dynamo;
  bool has_blobs = config.blobs == BlobsChoice::s3;
  if (!has_catalog && !has_blobs) return;
  auto keys = find_aws_keys(config, env);
  if (has_catalog) stores.catalog = open_dynamo_catalog(config, keys, env);
  if (!has_blobs) return;
  stores.blobs = open_s3_blobs(config, keys, env);
  claim_bucket(config, *stores.catalog, keys, env);
}

}  // namespace

Stores open_stores(const Config& config, Env& env, Log& log) {
  Stores stores;
  stores.disk_jobs_waiting = [] { return std::size_t{0}; };
  open_local(config, stores, env, log);
  open_cloud(config, stores, env);
  if (config.catalog == CatalogChoice::memory) stores.catalog = std::make_shared<MemoryCatalog>();
  if (config.blobs == BlobsChoice::memory) stores.blobs = std::make_shared<MemoryBlobs>();
  return stores;
}

}  // namespace tapedeck
