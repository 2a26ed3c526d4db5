#include "store/memory_blobs.h"

#include "base/check.h"
#include "base/error.h"

namespace tapedeck {

namespace {

/// Shares the bytes, so that they outlive an erase.
class SharedSource final : public ByteSource {
 public:
  SharedSource(std::shared_ptr<const std::string> bytes, ByteRange range)
      : bytes_(std::move(bytes)), left_(ByteView(*bytes_).substr(range.begin, range.size())) {}

  Task<ByteView> read() override {
    constexpr std::size_t chunk_bytes = 256 * KiB;
    auto chunk = left_.substr(0, chunk_bytes);
    left_.remove_prefix(chunk.size());
    co_return chunk;
  }

 private:
  std::shared_ptr<const std::string> bytes_;
  ByteView left_;
};

}  // namespace

Task<ByteCount> MemoryBlobs::put(const BlobKey& key, ByteSource& source, Checksums& sums) {
  auto bytes = std::make_shared<std::string>();
  for (;;) {
    auto chunk = co_await source.read();
    if (chunk.empty()) break;
    sums.update(chunk);
    bytes->append(chunk);
  }
  if (bytes->empty()) co_return 0;
  std::lock_guard lock(mutex_);
  auto [at, is_new] = blobs_.emplace(key, bytes);
  MUST(is_new);
  co_return bytes->size();
}

Task<std::unique_ptr<ByteSource>> MemoryBlobs::open(const BlobKey& key, ByteRange range) {
  std::lock_guard lock(mutex_);
  auto at = blobs_.find(key);
  if (at == blobs_.end()) throw Error(Fault::not_found, "There is no blob " + key.text() + ".");
  if (range.begin > range.end || range.end > at->second->size()) {
    throw Error(Fault::invalid, "The range does not lie inside the blob " + key.text() + ".");
  }
  co_return std::make_unique<SharedSource>(at->second, range);
}

Task<void> MemoryBlobs::erase(const BlobKey& key) {
  std::lock_guard lock(mutex_);
  blobs_.erase(key);
  co_return;
}

Task<BlobPage> MemoryBlobs::list(std::optional<BlobKey> after, std::size_t count_max) {
  std::lock_guard lock(mutex_);
  BlobPage page;
  auto at = after ? blobs_.upper_bound(*after) : blobs_.begin();
  for (; at != blobs_.end() && page.keys.size() < count_max; ++at) page.keys.push_back(at->first);
  if (at != blobs_.end() && !page.keys.empty()) page.next = page.keys.back();
  co_return page;
}

}  // namespace tapedeck
