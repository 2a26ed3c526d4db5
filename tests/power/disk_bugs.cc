// Seeded bugs: syncs that are left out, or come at the wrong time.
#include "base/error.h"
#include "power/bug.h"
#include "power/forwarding_disk.h"
#include "power/product.h"

namespace tapedeck::power {

namespace {

using Kind = DiskOperation::Kind;

bool is_blob(const std::string& path) {
  return path.starts_with(data_folder + "/blobs/");
}

/// Left out: the syncs of files whose path ends so.
SimulatedDisk::Swallows no_sync_of_files(const std::string& path_ends) {
  return [=](const DiskOperation& sync, const std::string& path) {
    return sync.kind == Kind::sync_file && path.ends_with(path_ends);
  };
}

SimulatedDisk::Swallows no_sync_of_folders(const std::string& folder) {
  return [=](const DiskOperation& sync, const std::string& path) {
    return sync.kind == Kind::sync_folder && path == folder;
  };
}

bool swallows_blobs_sync(const DiskOperation& sync, const std::string& path) {
  return sync.kind == Kind::sync_file && is_blob(path) && !path.ends_with(".volume");
}

/// The folder is synced for a new name, but not for one that is gone.
class NoSyncAfterRemoval final : public ForwardingDisk {
 public:
  using ForwardingDisk::ForwardingDisk;
  bool remove(const std::string& path) override {
    if (!path.ends_with(".volume")) removed_from_ = place_of(path).folder;
    return ForwardingDisk::remove(path);
  }
  void sync_folder(const std::string& path) override {
    if (removed_from_ != path) ForwardingDisk::sync_folder(path);
    removed_from_.clear();
  }

 private:
  std::string removed_from_;
};

class NoSyncOfBlobFolders final : public ForwardingDisk {
 public:
  using ForwardingDisk::ForwardingDisk;
  std::unique_ptr<DiskFile> create(const std::string& path) override {
    if (!path.ends_with(".volume")) created_in_ = place_of(path).folder;
    return ForwardingDisk::create(path);
  }
  void sync_folder(const std::string& path) override {
    if (created_in_ != path) ForwardingDisk::sync_folder(path);
    created_in_.clear();
  }

 private:
  std::string created_in_;
};

/// A sync that failed is tried again, and its second word taken for the truth.
class RetriedSync final : public ForwardingFile {
 public:
  using ForwardingFile::ForwardingFile;
  void sync() override {
    try {
      ForwardingFile::sync();
    } catch (const Error&) {
      ForwardingFile::sync();
    }
  }
};

/// The last byte is written when the sync is over.
class LateByte final : public ForwardingFile {
 public:
  using ForwardingFile::ForwardingFile;
  void append(ByteView bytes) override {
    ForwardingFile::append(held_back_);
    held_back_ = bytes.back();
    ForwardingFile::append(bytes.substr(0, bytes.size() - 1));
  }
  void sync() override {
    ForwardingFile::sync();
    ForwardingFile::append(held_back_);
    held_back_.clear();
  }

 private:
  std::string held_back_;
};

}  // namespace

std::vector<Bug> list_disk_bugs() {
  return {
      {.name = "a blob is not synced", .swallows = swallows_blobs_sync},
      {.name = "the folder of a new blob is not synced",
       .disk_of_blobs = make_disk<NoSyncOfBlobFolders>()},
      {.name = "the folder of an erased blob is not synced",
       .disk_of_blobs = make_disk<NoSyncAfterRemoval>()},
      {.name = "the folders of blobs are not synced when they are made",
       .swallows = no_sync_of_folders(data_folder + "/blobs")},
      {.name = "a blob's last byte is written after its sync",
       .disk_of_blobs = make_disk<DiskOf<LateByte>>()},
      {.name = "a sync that failed is tried again",
       .disk_of_blobs = make_disk<DiskOf<RetriedSync>>()},
      {.name = "synchronous=NORMAL", .synchronous = SimulatedVfs::Synchronous::normal},
      {.name = "the WAL is not synced", .swallows = no_sync_of_files("-wal")},
      {.name = "the database is not synced", .swallows = no_sync_of_files(".db")},
      {.name = "the names of the database and its WAL are not synced",
       .swallows = no_sync_of_folders(data_folder)},
  };
}

}  // namespace tapedeck::power
