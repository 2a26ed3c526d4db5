// The real core, SqliteCatalog and VolumeBlobs on a simulated disk.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/run_task.h"
#include "core/accounts.h"
#include "core/recordings.h"
#include "core/sweeper.h"
#include "core/test_env.h"
#include "core/uploads.h"
#include "power/bug.h"
#include "power/forwarding_catalog.h"
#include "power/simulated_vfs.h"
#include "store/sqlite_catalog.h"
#include "store/volume_blobs.h"

namespace tapedeck::power {

inline const std::string data_folder = "data";
inline constexpr Millis trash_time = std::chrono::hours(1);
inline constexpr Millis finish_after = std::chrono::minutes(10);
inline constexpr Millis resumable_time = std::chrono::hours(2);

/// A disk with nothing but the empty data folder.
DiskImage empty_disk();

/// Settled: nothing goes on when a call has returned, so that the disk's log is the same each time.
enum class Pace { free, settled };

/// As the program starts: the folders, then the catalog. All but SQLite's writer runs on the
/// caller's thread; used by one task. The destructor stops it in order.
class Product {
  struct Parts;
  std::unique_ptr<Parts> parts_;

 public:
  Product(SimulatedDisk& disk, TestEnv& env, Pace pace, const Bug& bug = {});
  ~Product();
  Product(const Product&) = delete;
  Product& operator=(const Product&) = delete;

  SimulatedDisk& disk;
  TestEnv& env;
  Catalog& catalog;
  Blobs& blobs;
  Accounts& accounts;
  Recordings& recordings;
  Uploads& uploads;
  Sweeper& sweeper;

  /// Somebody who may do everything with the account. Throws not_found.
  Caller caller(const std::string& username);
  std::vector<Account> list_accounts();
  /// All of them: those in view, the partial ones and those in the trash.
  std::vector<Recording> list_recordings(AccountId account);
  std::vector<BlobKey> list_blobs();
  /// What SQLite finds wrong; empty: it is sound.
  std::vector<std::string> check_integrity();
};

}  // namespace tapedeck::power
