// MemoryBlobs that clients can put parts into themselves, as S3 has it. It keeps the promises of
// the port about that: conformance/blobs_direct.cc is run on it, too.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/encoding.h"
#include "base/error.h"
#include "core/blobs.h"

namespace tapedeck {

class DirectMemoryBlobs final : public Blobs {
 public:
  explicit DirectMemoryBlobs(Blobs& inner) : inner_(inner) {}

  DirectLimits limits{4, 1'000, 20, 10'000};
  bool is_possible = true;

  Task<ByteCount> put(const BlobKey& key, ByteSource& source, Checksums& sums) override {
    return inner_.put(key, source, sums);
  }
  Task<std::unique_ptr<ByteSource>> open(const BlobKey& key, ByteRange range) override {
    return inner_.open(key, range);
  }
  Task<void> erase(const BlobKey& key) override {
    {
      std::lock_guard lock(mutex_);
      sizes_.erase(key);
    }
    co_await inner_.erase(key);
  }
  Task<BlobPage> list(std::optional<BlobKey> after, std::size_t count_max) override {
    return inner_.list(after, count_max);
  }

  std::optional<DirectLimits> direct_limits() const override {
    if (!is_possible) return std::nullopt;
    return limits;
  }

  Task<DirectBlob> begin_direct(const BlobKey& key) override {
    std::lock_guard lock(mutex_);
    DirectBlob blob{key, "upload-" + std::to_string(++uploads_begun_)};
    unfinished_[{key, blob.upload}];
    co_return blob;
  }

  Task<std::string> direct_part_url(const DirectBlob& blob, int number, ByteCount bytes,
                                    std::chrono::seconds) override {
    std::lock_guard lock(mutex_);
    auto url = "memory:" + std::to_string(++urls_signed_);
    urls_[url] = {blob, number, bytes};
    co_return url;
  }

  /// What a client does with a part's URL. Throws not_found when it leads nowhere (any more),
  /// invalid for other bytes than it was signed for. Gives the ETag.
  std::string put_part(const std::string& url, const std::string& bytes) {
    std::lock_guard lock(mutex_);
    auto signed_for = urls_.find(url);
    if (signed_for == urls_.end()) throw Error(Fault::not_found, "no such URL");
    const auto& [blob, number, length] = signed_for->second;
    auto parts = unfinished_.find({blob.key, blob.upload});
    if (parts == unfinished_.end()) throw Error(Fault::not_found, "NoSuchUpload");
    if (bytes.size() != length) throw Error(Fault::invalid, "SignatureDoesNotMatch");
    parts->second[number] = bytes;
    return etag_of(bytes);
  }

  /// The same of a store that does not look at the length.
  std::string put_any(const DirectBlob& blob, int number, const std::string& bytes) {
    std::lock_guard lock(mutex_);
    unfinished_.at({blob.key, blob.upload})[number] = bytes;
    return etag_of(bytes);
  }

  Task<std::optional<std::vector<DirectPart>>> list_direct_parts(const DirectBlob& blob, int after,
                                                                 std::size_t count_max) override {
    std::lock_guard lock(mutex_);
    auto parts = unfinished_.find({blob.key, blob.upload});
    if (parts == unfinished_.end()) co_return std::nullopt;
    std::vector<DirectPart> listed;
    for (const auto& [number, bytes] : parts->second) {
      if (number > after && listed.size() < count_max) {
        listed.push_back({number, etag_of(bytes), bytes.size()});
      }
    }
    co_return listed;
  }

  Task<FinishDirect> finish_direct(const DirectBlob& blob, const std::vector<DirectPart>& parts,
                                   ByteCount bytes) override {
    std::optional<std::string> whole;
    {
      std::lock_guard lock(mutex_);
      auto stored = unfinished_.find({blob.key, blob.upload});
      if (stored != unfinished_.end()) {
        if (!parts.empty()) whole = join(stored->second, parts);
        if (!whole) co_return FinishDirect::wrong_parts;
        unfinished_.erase(stored);
        sizes_[blob.key] = whole->size();
      }
    }
    if (whole) {
      MemorySource source(*whole);
      Checksums sums;
      co_await inner_.put(blob.key, source, sums);
    }
    co_return compare_size(blob.key, bytes);
  }

  Task<void> abort_direct(const DirectBlob& blob) override {
    std::lock_guard lock(mutex_);
    unfinished_.erase({blob.key, blob.upload});
    co_return;
  }

  Task<DirectBlobPage> list_unfinished(std::optional<DirectBlob> after,
                                       std::size_t count_max) override {
    std::lock_guard lock(mutex_);
    DirectBlobPage page;
    auto at = after ? unfinished_.upper_bound({after->key, after->upload}) : unfinished_.begin();
    for (; at != unfinished_.end() && page.blobs.size() < count_max; ++at) {
      page.blobs.push_back({at->first.first, at->first.second});
    }
    if (at != unfinished_.end() && !page.blobs.empty()) page.next = page.blobs.back();
    co_return page;
  }

 private:
  using Parts = std::map<int, std::string>;
  struct Signed {
    DirectBlob blob;
    int number = 1;
    ByteCount bytes = 0;
  };

  static std::string etag_of(const std::string& bytes) {
    return to_hex(view_of(sha256_of(bytes))).substr(0, 32);
  }

  /// Nothing: the store has others.
  std::optional<std::string> join(const Parts& stored, const std::vector<DirectPart>& parts) const {
    std::string whole;
    for (const auto& part : parts) {
      auto found = stored.find(part.number);
      if (found == stored.end() || etag_of(found->second) != part.etag) return std::nullopt;
      bool is_last = &part == &parts.back();
      if (!is_last && found->second.size() < limits.part_bytes_min) return std::nullopt;
      whole += found->second;
    }
    return whole;
  }

  FinishDirect compare_size(const BlobKey& key, ByteCount bytes) {
    std::lock_guard lock(mutex_);
    auto size = sizes_.find(key);
    if (size == sizes_.end()) return FinishDirect::gone;
    return size->second == bytes ? FinishDirect::done : FinishDirect::wrong_size;
  }

  Blobs& inner_;
  std::mutex mutex_;  // Guards all below.
  std::map<std::pair<BlobKey, std::string>, Parts> unfinished_;
  std::map<BlobKey, ByteCount> sizes_;  // of the finished ones
  std::map<std::string, Signed> urls_;
  int uploads_begun_ = 0;
  int urls_signed_ = 0;
};

}  // namespace tapedeck
