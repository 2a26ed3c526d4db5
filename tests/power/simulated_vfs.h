// SimulatedVfs: SQLite on a SimulatedDisk.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "power/simulated_disk.h"
#include "power/wal_index.h"

struct sqlite3_vfs;

namespace tapedeck::power {

/// A VFS that is registered, under a name of its own, as long as it lives. It syncs what SQLite's
/// own for Unix syncs: the folder too, with the first sync of a new WAL or journal. One process;
/// its locks and the index of the WAL end with it, as with the power. Must outlive all connections.
class SimulatedVfs {
 public:
  /// What becomes of PRAGMA synchronous: normal is a seeded bug.
  enum class Synchronous { as_asked, normal };

  explicit SimulatedVfs(SimulatedDisk& disk, Synchronous synchronous = Synchronous::as_asked);
  ~SimulatedVfs();
  SimulatedVfs(const SimulatedVfs&) = delete;
  SimulatedVfs& operator=(const SimulatedVfs&) = delete;

  const std::string& name() const { return name_; }

 private:
  friend struct VfsCalls;

  struct Shared {
    FileLock lock;
    WalIndex index;
  };
  Shared& shared_of(const std::string& path);

  SimulatedDisk& disk_;
  const Synchronous synchronous_;
  const std::string name_;
  std::unique_ptr<sqlite3_vfs> vfs_;
  std::mutex mutex_;
  std::map<std::string, Shared> shared_;  // Guarded by mutex_.
};

}  // namespace tapedeck::power
