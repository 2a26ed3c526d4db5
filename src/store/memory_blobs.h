// MemoryBlobs: the bytes of one process, for tests and for `serve --memory`.
#pragma once

#include <map>
#include <mutex>

#include "core/blobs.h"

namespace tapedeck {

/// Keeps every promise of Blobs except the one about power: it ends with the process.
class MemoryBlobs final : public Blobs {
 public:
  Task<ByteCount> put(const BlobKey& key, ByteSource& source, Checksums& sums) override;
  Task<std::unique_ptr<ByteSource>> open(const BlobKey& key, ByteRange range) override;
  Task<void> erase(const BlobKey& key) override;
  Task<BlobPage> list(std::optional<BlobKey> after, std::size_t count_max) override;

 private:
  std::mutex mutex_;
  std::map<BlobKey, std::shared_ptr<const std::string>> blobs_;  // Guarded by mutex_.
};

}  // namespace tapedeck
