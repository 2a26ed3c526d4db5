// Blobs: the port to the durable bytes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "core/checksums.h"
#include "core/direct_blobs.h"
#include "core/id.h"

namespace tapedeck {

struct BlobPage {
  std::vector<BlobKey> keys;
  std::optional<BlobKey> next;  // pass it on as `after`; nothing at the end
};

/// What a blob is said to be when a player fetches it directly: the values of these fields.
struct SharedAs {
  std::string content_type;
  std::string content_disposition;
  std::string cache_control;
};

/// Immutable bytes, named by key.
///
/// Safe for concurrent use. Keys are chosen by the caller and never reused, so no method ever
/// replaces bytes, and no two calls race for the same key.
class Blobs {
 public:
  virtual ~Blobs() = default;

  /// Stores everything `source` yields under `key`, showing each byte to `sums` once, in order.
  /// Returns the number of bytes; they then survive a crash of this process or machine. A source
  /// without a byte stores nothing and returns 0.
  /// Throws unavailable, storage_full, and what the source throws. After a throw the key may or may
  /// not exist: the Sweeper removes what no fact names.
  virtual Task<ByteCount> put(const BlobKey& key, ByteSource& source, Checksums& sums) = 0;

  /// The bytes of `range`, which must lie inside the blob. The source belongs to the io_context
  /// that it was opened on and must not outlive this object; it stays readable when the blob is
  /// erased meanwhile.
  /// Throws not_found when there is no such blob, invalid when the range does not lie inside it,
  /// unavailable.
  virtual Task<std::unique_ptr<ByteSource>> open(const BlobKey& key, ByteRange range) = 0;

  /// Removes the blob; on return it does not come back after a crash. Absence is not an error.
  /// Throws unavailable.
  virtual Task<void> erase(const BlobKey& key) = 0;

  /// At most `count_max` keys after `after`, in an order of the store's own that never changes:
  /// paging to the end gives each blob once that exists all the while. Those of puts under way may
  /// be included. Only the Sweeper and the admin's commands ask.
  virtual Task<BlobPage> list(std::optional<BlobKey> after, std::size_t count_max) = 0;

  /// A URL from which a player can fetch the blob directly until `lifetime` has passed, where the
  /// store can make one (S3); else nothing. Whether the blob exists is not looked at.
  /// Throws unavailable.
  virtual Task<std::optional<std::string>> share(const BlobKey&, const SharedAs&,
                                                 std::chrono::seconds) {
    co_return std::nullopt;
  }

  /// Whether the store answers and lets us in; throws unavailable when it does not.
  virtual Task<void> ping() { co_return; }

  // -- bytes that a client sends to the store itself, in parts, where the store can (S3) --

  /// What it asks of them; nothing: it cannot, and of the methods below only the last two may be
  /// called.
  virtual std::optional<DirectLimits> direct_limits() const { return std::nullopt; }

  /// Parts can be put from now on. Nothing of the blob is there before finish_direct().
  /// Throws unavailable; what may be there then, list_unfinished() finds.
  virtual Task<DirectBlob> begin_direct(const BlobKey& key);

  /// A URL to which whoever has it may PUT exactly `bytes` bytes as that part, as often as they
  /// like, until `lifetime` has passed or the blob is finished. The answer's ETag names the part.
  /// Throws unavailable.
  virtual Task<std::string> direct_part_url(const DirectBlob& blob, int number, ByteCount bytes,
                                            std::chrono::seconds lifetime);

  /// The parts that the store has, after that number, at most `count_max`. Nothing: it does not
  /// know the blob as unfinished (any more). Throws unavailable.
  virtual Task<std::optional<std::vector<DirectPart>>> list_direct_parts(const DirectBlob& blob,
                                                                         int after,
                                                                         std::size_t count_max);

  /// Makes the blob out of these parts, in that order, all of them; `bytes` is what they are
  /// together. Doing it again is no error. Without parts it only tells whether that was done
  /// (`wrong_parts`: it was not). Throws unavailable, and may have been done then.
  virtual Task<FinishDirect> finish_direct(const DirectBlob& blob,
                                           const std::vector<DirectPart>& parts, ByteCount bytes);

  /// Removes the parts, but no finished blob, also not one that another begin_direct() of that key
  /// became. Absence is not an error. A part that is put meanwhile may stay: the store's own rule
  /// for what is unfinished removes it. Throws unavailable.
  virtual Task<void> abort_direct(const DirectBlob& blob);

  /// At most `count_max` unfinished blobs after `after`; paging to the end gives each once that
  /// exists all the while. Those of puts under way may be included. Only the Sweeper asks, of any
  /// store. Throws unavailable.
  virtual Task<DirectBlobPage> list_unfinished(std::optional<DirectBlob>, std::size_t) {
    co_return DirectBlobPage();
  }

  /// What is free for more bytes, where the store knows (a disk); else nothing.
  virtual Task<std::optional<ByteCount>> free_bytes() { co_return std::nullopt; }
};

}  // namespace tapedeck
