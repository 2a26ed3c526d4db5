#include "store/backup.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <unordered_set>

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/error.h"
#include "core/recording.h"
#include "store/blob_files.h"
#include "store/disk.h"
#include "store/posix.h"
#include "store/segment_codec.h"
#include "store/sqlite_database.h"
#include "store/sqlite_schema.h"

namespace tapedeck {

namespace {

namespace fs = std::filesystem;

constexpr const char* database_name = "/tapedeck.db";
/// The copy of the catalog, until every blob that it names is there too.
constexpr const char* unfinished_name = "/tapedeck.db.tmp";

void sync_file(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) throw_errno("open", path);
  if (::fsync(file.number()) != 0) throw_errno("sync", path);
}

/// The copy needs no WAL beside it: it is one file.
void copy_catalog(Disk& disk, const std::string& source, const std::string& destination) {
  auto unfinished = destination + unfinished_name;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) disk.remove(unfinished + suffix);
  SqliteDatabase from({.path = source + database_name});
  check_schema(from);
  {
    sqlite3* to = nullptr;
    int code = sqlite3_open_v2(unfinished.c_str(), &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                               nullptr);
    if (code == SQLITE_OK) {
      auto* copy = sqlite3_backup_init(to, "main", from.handle(), "main");
      // In one step, and so of one moment: pages of a WAL can be read while others are written.
      if (copy != nullptr) sqlite3_backup_step(copy, -1);
      code = copy != nullptr ? sqlite3_backup_finish(copy) : sqlite3_errcode(to);
    }
    if (code == SQLITE_OK) {
      code = sqlite3_exec(to, "PRAGMA journal_mode = DELETE", nullptr, nullptr, nullptr);
    }
    std::string message = to != nullptr ? sqlite3_errmsg(to) : "no memory";
    sqlite3_close(to);
    if (code != SQLITE_OK) throw SqliteError(code, "cannot copy the catalog: " + message);
  }
  sync_file(unfinished);
}

/// Last of all: a crash before leaves the catalog that was there, and every blob it names.
void finish_catalog(Disk& disk, const std::string& destination) {
  auto unfinished = destination + unfinished_name;
  auto finished = destination + database_name;
  if (std::rename(unfinished.c_str(), finished.c_str()) != 0) throw_errno("rename", unfinished);
  disk.sync_folder(destination);
}

void copy_bytes(int from, int to, const std::string& path) {
  for (;;) {  // shares the blocks where the file system can
    auto copied = ::copy_file_range(from, nullptr, to, nullptr, 64 * MiB, 0);
    if (copied > 0) continue;
    if (copied == 0) return;
    if (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP) {
      throw_errno("copy", path);
    }
    break;
  }
  std::array<char, 256 * KiB> buffer;
  for (;;) {  // between file systems; goes on where the loop above stopped
    auto got = ::read(from, buffer.data(), buffer.size());
    if (got < 0) throw_errno("read", path);
    if (got == 0) return;
    for (ssize_t done = 0; done < got;) {
      auto left = static_cast<std::size_t>(got - done);
      auto put = ::write(to, buffer.data() + done, left);
      if (put < 0) throw_errno("write", path);
      done += put;
    }
  }
}

/// False when the source is gone.
bool copy_blob(const std::string& from_path, const std::string& to_path) {
  Descriptor from(::open(from_path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!from.is_open()) {
    if (errno == ENOENT) return false;
    throw_errno("open", from_path);
  }
  Descriptor to(::open(to_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!to.is_open()) throw_errno("create", to_path);
  copy_bytes(from.number(), to.number(), to_path);
  if (::fdatasync(to.number()) != 0) throw_errno("sync", to_path);
  return true;
}

bool has_size(const std::string& path, ByteCount size) {
  std::error_code error;
  auto found = fs::file_size(path, error);
  return !error && found == size;
}

void verify_blob(Disk& disk, const std::string& path, const Segment& segment) {
  auto file = disk.open(path);
  Sha256 sha256;
  std::string buffer(256 * KiB, '\0');
  for (ByteCount at = 0; file;) {
    auto got = file->read_at(at, std::span(buffer));
    if (got == 0) break;
    sha256.update(ByteView(buffer).substr(0, got));
    at += got;
  }
  if (file && sha256.seen() == segment.end - segment.begin && sha256.finish() == segment.sha256) {
    return;
  }
  throw Error(Fault::unavailable, "The blob " + path + " is missing or damaged.");
}

/// One run of make_backup or restore_backup.
class Copier {
 public:
  Copier(const BackupOptions& options, bool is_live)
      : options_(options),
        is_live_(is_live),
        catalog_({.path = options.destination + unfinished_name,
                  .access = SqliteDatabase::Access::read_only}) {
    check_schema(catalog_);
    if (is_live_) live_.emplace(SqliteDatabase::Options{.path = options.source + database_name});
  }

  BackupReport run() {
    {
      auto count = catalog_.query("SELECT count(*) FROM recordings");
      if (count.step()) report_.recordings = count.count(0);
    }
    copy_rows("SELECT account, id, tail FROM recordings");
    copy_rows("SELECT account, recording, segments FROM chunks");
    for_each_folder([this](const std::string& folder) { disk_.sync_folder(folder); });
    finish_catalog(disk_, options_.destination);
    for_each_folder([this](const std::string& folder) { remove_others(folder); });
    return report_;
  }

 private:
  void copy_rows(const char* sql) {
    auto rows = catalog_.query(sql);
    while (rows.step()) {
      auto account = rows.id<AccountId>(0);
      auto recording = rows.id<RecordingId>(1);
      for (const auto& segment : decode_segments(rows.view(2))) {
        copy({account, recording, segment.piece}, segment);
      }
    }
  }

  void copy(const BlobKey& key, const Segment& segment) {
    auto path = "/blobs/" + blob_path(key);
    auto destination = options_.destination + path;
    named_.insert(blob_file_name(key));
    ++report_.blobs;
    if (!has_size(destination, segment.end - segment.begin)) {
      if (!copy_blob(options_.source + path, destination)) {
        note_missing(key);
        return;
      }
      if (!has_size(destination, segment.end - segment.begin)) {
        throw Error(Fault::unavailable, "The blob " + options_.source + path + " is cut off.");
      }
      ++report_.copied;
      report_.bytes_copied += segment.end - segment.begin;
    }
    if (options_.verify) verify_blob(disk_, destination, segment);
    if (options_.progress) options_.progress(report_);
  }

  /// A purge removes the row first, then the blobs: no row now means purged, not lost.
  void note_missing(const BlobKey& key) {
    bool is_named = !is_live_;
    if (live_) {
      auto row = live_->query("SELECT 1 FROM recordings WHERE account = ? AND id = ?");
      is_named = row.bind(key.account, key.recording).step();
    }
    if (is_named) {
      throw Error(Fault::unavailable, "The blob " + key.text() + " is missing in " +
                                          options_.source + ". Run `tapedeck verify`.");
    }
    ++report_.purged_meanwhile;
  }

  template <class Callable>
  void for_each_folder(Callable callable) {
    for (std::size_t i = 0; i < blob_folders; ++i) {
      callable(options_.destination + "/blobs/" + blob_folder_name(i));
    }
  }

  /// Blobs that the new catalog names no more.
  void remove_others(const std::string& folder) {
    for (const auto& name : disk_.list_names(folder)) {
      if (named_.contains(name) || !parse_blob_file_name(name)) continue;
      disk_.remove(folder + "/" + name);
      ++report_.removed;
    }
    disk_.sync_folder(folder);
  }

  const BackupOptions& options_;
  const bool is_live_;
  PosixDisk disk_;
  SqliteDatabase catalog_;
  std::optional<SqliteDatabase> live_;
  std::unordered_set<std::string> named_;  // 80 bytes a blob: backups run beside, not in a request
  BackupReport report_;
};

void make_folder(Disk& disk, const std::string& path) {
  auto parent = fs::path(path).parent_path().string();
  disk.make_folder(path);
  disk.sync_folder(parent.empty() ? "." : parent);
  make_blob_folders(disk, path + "/blobs");
}

}  // namespace

BackupReport make_backup(const BackupOptions& options) {
  PosixDisk disk;
  std::error_code error;
  if (fs::equivalent(options.source, options.destination, error)) {
    throw Error(Fault::invalid, "The backup needs a folder other than the data folder.");
  }
  make_folder(disk, options.destination);
  copy_catalog(disk, options.source, options.destination);
  return Copier(options, true).run();
}

BackupReport restore_backup(const BackupOptions& options) {
  PosixDisk disk;
  std::error_code error;
  if (fs::exists(options.destination, error) && !fs::is_empty(options.destination, error)) {
    throw Error(Fault::conflict,
                "The folder " + options.destination + " is not empty. Restore into a new folder.");
  }
  make_folder(disk, options.destination);
  copy_catalog(disk, options.source, options.destination);
  auto verifying = options;
  verifying.verify = true;
  return Copier(verifying, false).run();
}

}  // namespace tapedeck
