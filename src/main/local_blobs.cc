#include "main/local_blobs.h"

namespace tapedeck {

namespace {

constexpr std::size_t disk_threads = 32;  // they wait for the disk, not for a core

VolumeBlobs::Options options_of(const Config& config, bool is_locked) {
  VolumeBlobs::Options options;
  options.root = (config.data / "blobs").string();
  options.read_only = !is_locked;
  options.volume_blob_max = config.volume_blob_max;
  return options;
}

}  // namespace

LocalBlobs::LocalBlobs(const Config& config, std::shared_ptr<DataFolder> folder, Env& env)
    : folder_(std::move(folder)),
      pool_({"disk", disk_threads}),
      blobs_(options_of(config, folder_ != nullptr), disk_, pool_, env) {}

}  // namespace tapedeck
