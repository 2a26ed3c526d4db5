#include "store/backup.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/env.h"
#include "base/error.h"
#include "core/recording.h"
#include "store/blob_files.h"
#include "store/disk.h"
#include "store/posix.h"
#include "store/segment_codec.h"
#include "store/sqlite_database.h"
#include "store/sqlite_schema.h"
#include "store/volumes.h"

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

Error is_damaged(const BlobKey& key) {
  return {Fault::unavailable, "The blob " + key.text() + " is missing or damaged."};
}

/// Throws unless the bytes of `range` of the file are the segment's.
void verify_bytes(DiskFile& file, ByteRange range, const BlobKey& key, const Segment& segment) {
  Sha256 sha256;
  std::string buffer(256 * KiB, '\0');
  while (range.size() > 0) {
    auto wanted = std::min<ByteCount>(range.size(), buffer.size());
    auto got = file.read_at(range.begin, std::span(buffer).first(wanted));
    if (got == 0) break;
    sha256.update(ByteView(buffer).substr(0, got));
    range.begin += got;
  }
  bool is_whole = sha256.seen() == segment.end - segment.begin;
  if (!is_whole || sha256.finish() != segment.sha256) throw is_damaged(key);
}

bool has_volumes(const std::string& folder) {
  std::error_code error;
  return fs::is_directory(volumes_folder(folder + "/blobs"), error);
}

/// One run of make_backup or restore_backup. What is in a volume there is in a volume here, though
/// not in one of the same name: a backup has no holes.
class Copier {
 public:
  Copier(const BackupOptions& options, bool is_live)
      : options_(options),
        is_live_(is_live),
        catalog_({.path = options.destination + unfinished_name,
                  .access = SqliteDatabase::Access::read_only}),
        to_(volumes_of(options.destination, false), disk_, env_) {
    check_schema(catalog_);
    if (is_live_) live_.emplace(SqliteDatabase::Options{.path = options.source + database_name});
    // After the catalog was copied: so every record that it names is there to be found.
    if (has_volumes(options.source)) from_.emplace(volumes_of(options.source, true), disk_, env_);
  }

  BackupReport run() {
    {
      auto count = catalog_.query("SELECT count(*) FROM recordings");
      if (count.step()) report_.recordings = count.count(0);
    }
    copy_rows("SELECT account, id, tail FROM recordings");
    copy_rows("SELECT account, recording, segments FROM chunks");
    sync_volumes();
    for_each_folder([this](const std::string& folder) { disk_.sync_folder(folder); });
    finish_catalog(disk_, options_.destination);
    for_each_folder([this](const std::string& folder) { remove_others(folder); });
    erase_others();
    return report_;
  }

 private:
  static Volumes::Options volumes_of(const std::string& folder, bool read_only) {
    Volumes::Options options;
    options.folder = volumes_folder(folder + "/blobs");
    options.read_only = read_only;
    return options;
  }

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
    named_.insert(blob_file_name(key));
    ++report_.blobs;
    auto is_there = has(key, segment);
    if (!is_there) {
      auto is_copied = copy_record(key, segment) || copy_file(key, segment);
      if (!is_copied) return note_missing(key);
      ++report_.copied;
      report_.bytes_copied += segment.end - segment.begin;
    }
    if (options_.verify) unverified_.emplace_back(key, segment);
    if (unsynced_ >= volume_batch_bytes_max || unverified_.size() >= unverified_max) sync_volumes();
    if (options_.progress) options_.progress(report_);
  }

  bool has(const BlobKey& key, const Segment& segment) {
    auto size = segment.end - segment.begin;
    if (has_size(path_of(options_.destination, key), size)) return true;
    auto blob = to_.find(key);
    return blob && blob->range.size() == size;
  }

  static std::string path_of(const std::string& folder, const BlobKey& key) {
    return folder + "/blobs/" + blob_path(key);
  }

  /// False when the source has no such record, or one whose room is being given back.
  bool copy_record(const BlobKey& key, const Segment& segment) {
    auto blob = from_ ? from_->find(key) : std::nullopt;
    if (!blob) return false;
    std::string bytes(blob->range.size(), '\0');
    bool is_whole = blob->file->read_at(blob->range.begin, bytes) == bytes.size();
    if (!is_whole || sha256_of(bytes) != segment.sha256) return false;
    NewBlob copied{key, segment.begin, bytes};
    to_.append({&copied, 1});
    unsynced_ += bytes.size();
    return true;
  }

  bool copy_file(const BlobKey& key, const Segment& segment) {
    auto destination = path_of(options_.destination, key);
    if (!copy_blob(path_of(options_.source, key), destination)) return false;
    if (has_size(destination, segment.end - segment.begin)) return true;
    throw Error(Fault::unavailable, "The blob " + key.text() + " is cut off.");
  }

  /// What was appended is durable, and what was copied can be verified.
  void sync_volumes() {
    to_.sync();
    to_.settle();
    unsynced_ = 0;
    for (const auto& [key, segment] : unverified_) verify(key, segment);
    unverified_.clear();
  }

  void verify(const BlobKey& key, const Segment& segment) {
    if (auto blob = to_.find(key)) return verify_bytes(*blob->file, blob->range, key, segment);
    auto file = disk_.open(path_of(options_.destination, key));
    if (!file) throw is_damaged(key);
    verify_bytes(*file, {0, file->size()}, key, segment);
  }

  /// A purge or a join removes the name first, then the blobs: no name now means erased, not lost.
  void note_missing(const BlobKey& key) {
    if (!is_live_ || is_named_now(key)) {
      throw Error(Fault::unavailable, "The blob " + key.text() + " is missing or damaged in " +
                                          options_.source + ". Run `tapedeck verify`.");
    }
    ++report_.purged_meanwhile;
  }

  bool is_named_now(const BlobKey& key) {
    for (const char* sql : {"SELECT tail FROM recordings WHERE account = ? AND id = ?",
                            "SELECT segments FROM chunks WHERE account = ? AND recording = ?"}) {
      auto rows = live_->query(sql);
      rows.bind(key.account, key.recording);
      while (rows.step()) {
        for (const auto& segment : decode_segments(rows.view(0))) {
          if (segment.piece == key.piece) return true;
        }
      }
    }
    return false;
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

  void erase_others() {
    std::optional<BlobKey> after;
    do {
      auto page = to_.list(after, erased_at_once);
      std::erase_if(page.keys,
                    [&](const auto& key) { return named_.contains(blob_file_name(key)); });
      to_.erase(page.keys);
      to_.settle();
      report_.removed += page.keys.size();
      after = page.next;
    } while (after);
  }

  static constexpr std::size_t unverified_max = 1'000;
  static constexpr std::size_t erased_at_once = 1'000;

  const BackupOptions& options_;
  const bool is_live_;
  PosixDisk disk_;
  SystemEnv env_;
  SqliteDatabase catalog_;
  std::optional<SqliteDatabase> live_;
  std::optional<Volumes> from_;
  Volumes to_;
  ByteCount unsynced_ = 0;
  std::vector<std::pair<BlobKey, Segment>> unverified_;
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
