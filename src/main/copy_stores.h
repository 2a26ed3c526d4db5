// The stores of a configuration, opened to be copied from or to.
#pragma once

#include <memory>
#include <string>

#include "base/env.h"
#include "base/log.h"
#include "core/copying.h"
#include "main/config.h"

namespace tapedeck {

/// Whoever holds the facts or blobs shares what is behind them.
struct CopyStores {
  std::shared_ptr<CatalogTransfer> facts;
  std::shared_ptr<Blobs> blobs;
  /// Servers on other machines may use the catalog: they notice a new mode by themselves.
  bool is_shared = false;

  CopySide side() const { return {*facts, *blobs}; }
};

enum class CopyRole {
  from,  // a server may go on using it
  to,    // no server uses it: the folder's lock is taken; made when absent
};

/// Blocks. `env` and `log` must outlive the stores. Throws UsageError for what cannot be moved or
/// is not there, conflict when another process uses the destination, and what the stores throw.
CopyStores open_copy_stores(const Config& config, CopyRole role, Env& env, Log& log);

/// The settings in that file alone: the environment means one place, and there are two.
Config load_place(const std::string& file);

}  // namespace tapedeck
