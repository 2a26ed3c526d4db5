// A copy of a data folder that is consistent while the server goes on, and the way back.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/bytes.h"

namespace tapedeck {

struct BackupReport {
  std::uint64_t recordings = 0;
  std::uint64_t blobs = 0;   // that the copied catalog names
  std::uint64_t copied = 0;  // of these, now; the others were there already
  ByteCount bytes_copied = 0;
  std::uint64_t purged_meanwhile = 0;  // erased in the source since the catalog was copied
  std::uint64_t removed = 0;           // in the backup, and named no more
};

struct BackupOptions {
  std::string source;
  std::string destination;
  bool verify = false;  // re-reads every blob in the destination against its SHA-256
  std::function<void(const BackupReport&)> progress;  // after each blob; may be empty
};

/// Copies the catalog first (to `tapedeck.db.tmp`), then every blob that this copy names, those in
/// volumes into volumes of the backup's own; then the copy takes its name, and blobs that it does
/// not name are removed. Incremental. A crash at any point leaves the backup before or this one,
/// whole; running it again completes it. Blocks; run it on a pool's thread or without a server.
/// Throws Error{conflict} for another schema, unavailable for a blob that is missing or (verify)
/// damaged, storage_full.
BackupReport make_backup(const BackupOptions& options);

/// Makes a data folder out of a backup and verifies every blob by size and SHA-256. Throws
/// Error{conflict} when the destination is not empty or absent; else as make_backup.
BackupReport restore_backup(const BackupOptions& options);

}  // namespace tapedeck
