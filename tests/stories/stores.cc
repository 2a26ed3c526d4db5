#include "stories/stores.h"

#include <filesystem>

#include <unistd.h>

#include "store/data_folder.h"
#include "store/memory_blobs.h"
#include "store/memory_catalog.h"
#include "store/sqlite_catalog.h"
#include "store/volume_blobs.h"
#include "stories/cloud_stores.h"

namespace tapedeck::stories {

namespace {

class MemoryStores final : public StorePair {
 public:
  Catalog& catalog() override { return catalog_; }
  Blobs& blobs() override { return blobs_; }

 private:
  MemoryCatalog catalog_;
  MemoryBlobs blobs_;
};

/// A folder that is gone with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    auto pattern = (std::filesystem::temp_directory_path() / "tapedeck-story-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("cannot make a folder for a story");
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;  // what is left lies in the folder for temporary files
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class FileStores final : public StorePair {
 public:
  explicit FileStores(Log& log)
      : folder_(temporary_.path()),
        disk_pool_({.name = "disk", .threads = 2, .queue_max = 1024}),
        catalog_(catalog_options(folder_), log),
        blobs_(blobs_options(folder_), disk_, disk_pool_, env_) {}

  Catalog& catalog() override { return catalog_; }
  Blobs& blobs() override { return blobs_; }

 private:
  static SqliteCatalog::Options catalog_options(const DataFolder& folder) {
    SqliteCatalog::Options options;
    options.path = folder.database();
    return options;
  }
  static VolumeBlobs::Options blobs_options(const DataFolder& folder) {
    VolumeBlobs::Options options;
    options.root = folder.blobs();
    return options;
  }

  TemporaryFolder temporary_;
  DataFolder folder_;
  SystemEnv env_;
  PosixDisk disk_;
  Pool disk_pool_;
  SqliteCatalog catalog_;
  VolumeBlobs blobs_;
};

}  // namespace

std::unique_ptr<StorePair> make_stores(Stores kind, Log& log, Env& env) {
  if (kind == Stores::memory) return std::make_unique<MemoryStores>();
  if (kind == Stores::cloud) return make_cloud_stores(env);
  return std::make_unique<FileStores>(log);
}

}  // namespace tapedeck::stories
