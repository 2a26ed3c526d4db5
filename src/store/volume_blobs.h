// VolumeBlobs: small blobs in volumes, large ones in files; docs/data.md, "Blobs on a disk".
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "base/batch_patience.h"
#include "base/env.h"
#include "base/pool.h"
#include "core/blobs.h"
#include "store/disk_blobs.h"
#include "store/volumes.h"

namespace tapedeck {

class Gathered;

/// One thread of its own writes the volumes: what waits while it syncs is its next batch. Digests
/// are made beside that. Reads and files run on the pool.
class VolumeBlobs final : public Blobs {
 public:
  struct Options {
    std::string root;                     // the folder of make_blob_folders; must exist
    bool read_only = false;               // another process may write; nobody puts or erases here
    ByteCount volume_blob_max = 1 * MiB;  // larger blobs are files
    ByteCount gather_all_max = 64 * MiB;  // for all puts together; beyond, they become files
    ByteCount volume_bytes_max = 256 * MiB;
    std::size_t queue_max = 65'536;  // more waiting puts and erases are refused
    std::size_t writer_threads = 1;  // 0: whoever waits does it; for tests with one task
  };

  /// Blocks while it reads the volumes. Owns nothing it is given; the pool, the disk and the Env
  /// must outlive this and all its sources. Throws as Volumes.
  VolumeBlobs(Options options, Disk& disk, Pool& pool, Env& env);

  Task<ByteCount> put(const BlobKey& key, ByteSource& source, Checksums& sums) override;
  Task<std::unique_ptr<ByteSource>> open(const BlobKey& key, ByteRange range) override;
  Task<void> erase(const BlobKey& key) override;
  Task<BlobPage> list(std::optional<BlobKey> after, std::size_t count_max) override;
  Task<std::optional<ByteCount>> free_bytes() override;

 private:
  struct Waiting;
  using Batch = std::vector<Waiting*>;

  std::unique_ptr<ByteSource> source_of(const BlobKey& key, VolumeBlob blob, ByteRange range);
  Task<std::unique_ptr<ByteSource>> open_beside(BlobKey key, ByteRange range);
  Task<void> wait_for(Waiting& waiting, Checksums* sums);
  void start(Waiting& waiting, Checksums* sums);
  void enqueue(Waiting& waiting);
  void wake();
  void drain();
  Batch take_batch();
  void write(const Batch& batch);
  void erase(const Batch& batch);

  const Options options_;
  Pool& pool_;
  DiskBlobs files_;
  std::atomic<ByteCount> gathered_{0};  // in memory now, of all puts

  std::mutex mutex_;  // Guards the next three.
  std::deque<Waiting*> queue_;
  bool draining_ = false;
  BatchPatience patience_;
  std::condition_variable more_;

  Volumes volumes_;
  Pool writer_;  // last: its jobs use all of the above
};

}  // namespace tapedeck
