// The digests that a run of bytes gets while it streams into a store.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "base/digest.h"

namespace tapedeck {

/// Sees every byte of a recording once, in order. The store calls update() where it has the bytes
/// in the cache anyway: on its own threads, one call at a time.
class Checksums {
 public:
  Checksums() = default;
  /// Goes on from a saved state; `extra` are digests that the client asked to be checked.
  explicit Checksums(Sha256 whole) : whole_(whole) {}
  /// Of one segment alone, which begins there in its recording; whole() is of that too.
  explicit Checksums(ByteCount begin) : before_(begin) {}

  void check_also(DigestAlgorithm algorithm) { extra_.emplace_back(algorithm, Hasher(algorithm)); }

  /// The next segment starts here.
  void begin_segment() {
    segment_.reset();
    if (whole_.seen() > 0) segment_.emplace();  // the first segment's digest is the whole's
  }

  void update(ByteView bytes) {
    whole_.update(bytes);
    if (segment_) segment_->update(bytes);
    for (auto& [algorithm, hasher] : extra_) hasher.update(bytes);
  }

  Sha256Digest segment() const { return segment_ ? segment_->finish() : whole_.finish(); }
  const Sha256& whole() const { return whole_; }
  /// Where in its recording the next byte is.
  ByteCount at() const { return before_ + whole_.seen(); }

  /// The digests asked for, in that order; call once, at the end.
  std::vector<std::pair<DigestAlgorithm, std::string>> finish_extra() {
    std::vector<std::pair<DigestAlgorithm, std::string>> digests;
    for (auto& [algorithm, hasher] : extra_) digests.emplace_back(algorithm, hasher.finish());
    return digests;
  }

 private:
  ByteCount before_ = 0;
  Sha256 whole_;
  std::optional<Sha256> segment_;
  std::vector<std::pair<DigestAlgorithm, Hasher>> extra_;
};

}  // namespace tapedeck
