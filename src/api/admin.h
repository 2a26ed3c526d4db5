// Admin: the admin's commands as HTTP, behind the data folder's Unix socket, or called in process
// when no server runs. Who reaches this may do everything: the socket's mode is the lock.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "api/line_stream.h"
#include "api/router.h"
#include "base/env.h"
#include "base/log.h"
#include "base/pool.h"
#include "core/accounts.h"
#include "core/blobs.h"
#include "core/catalog.h"
#include "http/message.h"

namespace tapedeck::api {

/// What an admin may reach. All outlive the Admin; the jobs block and run on `chores`.
struct AdminParts {
  Accounts& accounts;
  Catalog& catalog;
  Blobs& blobs;
  Env& env;
  Log& log;
  Pool& chores;
  LineJob sweep;
  LineJob verify;
  LineJob check_catalog;
  std::function<void(const std::string& destination, const EmitLine& emit)> backup;
  std::string version;
  std::optional<ByteCount> default_quota_bytes;  // of an account that is added without one
};

/// Safe for concurrent use.
class Admin {
 public:
  explicit Admin(AdminParts parts);
  ~Admin();

  /// Total. A request that is not `local` finds nothing here.
  Task<http::Response> serve(http::Request& request);

  /// Sweeps, verifications and backups under way end soon, unfinished. The destructor does it too.
  void begin_stopping() { *stopping_ = true; }

 private:
  struct Inside;
  const std::shared_ptr<std::atomic<bool>> stopping_;  // shared with the jobs, which may outlive us
  std::unique_ptr<Inside> inside_;
};

}  // namespace tapedeck::api
