#include "main/copy_stores.h"

#include <filesystem>

#include "base/run_task.h"
#include "main/cloud_setup.h"
#include "main/cloud_stores.h"
#include "main/local_blobs.h"
#include "store/data_folder.h"
#include "store/dynamo_transfer.h"
#include "store/sqlite_transfer.h"

namespace tapedeck {

namespace {

/// Null: a server may hold it, or nothing is stored on this machine.
std::shared_ptr<DataFolder> lock_folder(const Config& config, CopyRole role) {
  bool has_catalog = config.catalog == CatalogChoice::sqlite;
  bool has_blobs = config.blobs == BlobsChoice::disk;
  if (role == CopyRole::to && (has_catalog || has_blobs)) {
    return std::make_shared<DataFolder>(
        config.data.string(), has_blobs ? DataFolder::Holds::blobs : DataFolder::Holds::no_blobs);
  }
  if (!has_catalog) return nullptr;
  std::error_code ignored;
  if (std::filesystem::exists(config.data / "tapedeck.db", ignored)) return nullptr;
  throw UsageError("There is no Tapedeck data in the folder \"" + config.data.string() +
                   "\", where the configuration of --from says that it is.");
}

struct OwnedTable {
  OwnedTable(const Config& config, AwsKeys keys, Env& env)
      : access(config, std::move(keys), env), transfer(access.client, env) {
    check_table(config, access, env);
  }

  DynamoAccess access;
  DynamoTransfer transfer;
};

struct OwnedTransfer {
  OwnedTransfer(std::shared_ptr<DataFolder> the_folder, const Config& config, CopyRole role,
                Log& log)
      : folder(std::move(the_folder)),
        transfer(
            (config.data / "tapedeck.db").string(),
            role == CopyRole::to ? SqliteTransfer::Access::write : SqliteTransfer::Access::read,
            log) {}

  std::shared_ptr<DataFolder> folder;
  SqliteTransfer transfer;
};

}  // namespace

CopyStores open_copy_stores(const Config& config, CopyRole role, Env& env, Log& log) {
  if (config.catalog == CatalogChoice::memory || config.blobs == BlobsChoice::memory) {
    throw UsageError("What is kept in memory ends with its server and cannot be copied.");
  }
  auto folder = lock_folder(config, role);
  CopyStores stores;
  stores.is_shared = config.catalog == CatalogChoice::dynamo;
  AwsKeys keys;
  if (stores.is_shared || config.blobs == BlobsChoice::s3) keys = find_aws_keys(config, env);
  if (stores.is_shared) {
    auto facts = std::make_shared<OwnedTable>(config, keys, env);
    stores.facts = {facts, &facts->transfer};
  } else {
    auto facts = std::make_shared<OwnedTransfer>(folder, config, role, log);
    stores.facts = {facts, &facts->transfer};
  }
  if (config.blobs == BlobsChoice::s3) {
    stores.blobs = open_s3_blobs(config, keys, env);
  } else {
    auto blobs = std::make_shared<LocalBlobs>(config, folder, env);
    stores.blobs = {blobs, &blobs->blobs()};
  }
  return stores;
}

Config load_place(const std::string& file) {
  auto sources = read_sources(file);
  sources.environment.clear();
  return load_config(sources).config;
}

}  // namespace tapedeck
