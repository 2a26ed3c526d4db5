// LocalBlobs: the blobs of a data folder, for whoever opens one.
#pragma once

#include <memory>

#include "base/env.h"
#include "base/pool.h"
#include "main/config.h"
#include "store/data_folder.h"
#include "store/disk.h"
#include "store/volume_blobs.h"

namespace tapedeck {

/// The store and all that it needs. `env` must outlive it.
class LocalBlobs {
 public:
  /// Keeps the folder's lock; without one (null) another process may have it, and this one only
  /// reads. Blocks. Throws as VolumeBlobs.
  LocalBlobs(const Config& config, std::shared_ptr<DataFolder> folder, Env& env);

  VolumeBlobs& blobs() { return blobs_; }
  std::size_t jobs_waiting() const { return pool_.waiting(); }

 private:
  const std::shared_ptr<DataFolder> folder_;
  PosixDisk disk_;
  Pool pool_;
  VolumeBlobs blobs_;
};

}  // namespace tapedeck
