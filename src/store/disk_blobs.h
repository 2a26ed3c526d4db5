// DiskBlobs: one file for each blob; docs/data.md, "A blob on disk".
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "base/pool.h"
#include "core/blobs.h"
#include "store/disk.h"
#include "store/recent.h"

namespace tapedeck {

class Gathered;

/// All blocking work runs on the pool. A body that fits into one gathered chunk costs one job.
class DiskBlobs final : public Blobs {
 public:
  struct Options {
    std::string root;                     // the folder with the 32; must exist
    ByteCount gather_max = 960 * KiB;     // for one write; with the piece that exceeds it, a MiB
    ByteCount gather_all_max = 64 * MiB;  // for all puts together; beyond, writes are small
    ByteCount start_writing_every = 8 * MiB;
    std::size_t open_max = 256;  // files lately played that stay open; at most twice as many
  };

  /// Owns nothing it is given; the pool and the disk must outlive this and all its sources.
  DiskBlobs(Options options, Disk& disk, Pool& pool);

  Task<ByteCount> put(const BlobKey& key, ByteSource& source, Checksums& sums) override;
  Task<std::unique_ptr<ByteSource>> open(const BlobKey& key, ByteRange range) override;
  Task<void> erase(const BlobKey& key) override;
  Task<BlobPage> list(std::optional<BlobKey> after, std::size_t count_max) override;
  Task<std::optional<ByteCount>> free_bytes() override;

 private:
  struct Writing;
  struct HashOf {
    std::size_t operator()(const BlobKey& key) const {
      return std::hash<std::string_view>{}(
          {reinterpret_cast<const char*>(key.piece.bytes.data()), key.piece.bytes.size()});
    }
  };

  void write(Writing& writing, Gathered& gathered, Checksums& sums);
  std::shared_ptr<DiskFile> find_open(const BlobKey& key, std::uint64_t& erasures);
  void keep_open(const BlobKey& key, std::shared_ptr<DiskFile> file, std::uint64_t erasures);
  void forget_open(const BlobKey& key);
  BlobPage list_page(const std::optional<BlobKey>& after, std::size_t count_max);

  const Options options_;
  Disk& disk_;
  Pool& pool_;
  std::atomic<ByteCount> gathered_{0};  // in memory now, of all puts

  std::mutex open_mutex_;  // Guards what follows.
  Recent<BlobKey, std::shared_ptr<DiskFile>, HashOf> open_;
  std::uint64_t erasures_ = 0;  // so that a file opened before an erase is not kept after it
};

}  // namespace tapedeck
