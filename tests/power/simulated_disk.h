// A disk in memory that remembers each step, so that a power cut can be tried after any of them.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "power/disk_image.h"
#include "store/disk.h"

namespace tapedeck::power {

/// Serves VolumeBlobs as a Disk, and SQLite through SimulatedVfs. What it has done since it was
/// made is its log. Safe for concurrent use; must outlive its files.
class SimulatedDisk final : public Disk {
 public:
  /// True: this sync does nothing and says it did. For seeded bugs.
  using Swallows = std::function<bool(const DiskOperation& sync, const std::string& path)>;

  explicit SimulatedDisk(DiskImage image = {}, Swallows swallows = {});

  std::unique_ptr<DiskFile> create(const std::string& path) override;
  std::unique_ptr<DiskFile> open(const std::string& path) override;
  std::unique_ptr<DiskFile> open_to_change(const std::string& path) override;
  bool remove(const std::string& path) override;
  void sync_folder(const std::string& path) override;
  void make_folder(const std::string& path) override;
  std::vector<std::string> list_names(const std::string& folder) override;
  ByteCount free_bytes(const std::string&) override { return 100 * GiB; }

  // By number, for files that are not only appended to.
  std::optional<FileId> find(const std::string& path);
  FileId create_file(const std::string& path);  // throws unavailable when the name exists
  std::size_t read(FileId file, ByteCount offset, std::span<char> into);
  void write(FileId file, ByteCount offset, ByteView bytes);
  void resize(FileId file, ByteCount size);
  ByteCount size(FileId file);
  void sync(FileId file);  // throws unavailable when it was told to fail

  /// The next sync of a file whose path begins so fails, once; what was unsynced stays readable but
  /// never reaches the disk, as with Linux.
  void fail_next_sync(std::string path_begins);

  /// Everything done so far. Only while nobody changes the disk.
  const std::vector<DiskOperation>& log() const { return log_; }
  std::size_t steps();

 private:
  void take(DiskOperation operation);
  void take_sync(DiskOperation operation, const std::string& path);

  std::mutex mutex_;  // Guards what follows.
  DiskImage image_;
  std::map<FileId, std::string> paths_;  // that files were made under
  FileId last_file_ = no_file;
  std::vector<DiskOperation> log_;
  std::string failing_;  // see fail_next_sync; empty: none
  const Swallows swallows_;
};

}  // namespace tapedeck::power
