// Stores: the choice of a catalog and of blobs, and all that they need. Several pairs may be open
// at one time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/env.h"
#include "base/log.h"
#include "core/blobs.h"
#include "core/catalog.h"
#include "main/config.h"
#include "main/store_settings.h"
#include "store/data_folder.h"

namespace tapedeck {

/// Whoever holds a catalog or blobs shares what is behind them. Each is safe for concurrent use.
struct Stores {
  std::shared_ptr<DataFolder> folder;   // locked; null: nothing is stored on this machine
  std::optional<std::string> database;  // SQLite's file, if that is the catalog
  std::shared_ptr<Catalog> catalog;
  std::shared_ptr<Blobs> blobs;
  std::function<std::size_t()> disk_jobs_waiting;  // never empty
};

/// Opens what the settings name; the folder is made when absent, tables and buckets are not.
/// Blocks. `env` and `log` must outlive the stores. Throws Error{conflict} when another process
/// uses the folder, and what the stores throw.
Stores open_stores(const Config& config, Env& env, Log& log);

}  // namespace tapedeck
