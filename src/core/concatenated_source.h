// The bytes of several complete recordings, one after the other.
#pragma once

#include <memory>
#include <vector>

#include "core/segment_source.h"

namespace tapedeck {

/// The ports must outlive it. Throws as open_segments.
class ConcatenatedSource final : public ByteSource {
 public:
  ConcatenatedSource(Catalog& catalog, Blobs& blobs, std::vector<Recording> parts)
      : catalog_(catalog), blobs_(blobs), parts_(std::move(parts)) {}

  Task<ByteView> read() override {
    for (;;) {
      if (source_) {
        auto bytes = co_await source_->read();
        if (!bytes.empty()) co_return bytes;
      }
      if (next_ == parts_.size()) break;
      const auto& part = parts_[next_++];
      ByteRange all{0, part.size};
      source_ = co_await open_segments(catalog_, blobs_, part, all);
    }
    co_return ByteView();
  }

 private:
  Catalog& catalog_;
  Blobs& blobs_;
  const std::vector<Recording> parts_;
  std::size_t next_ = 0;
  std::unique_ptr<ByteSource> source_;  // of the part before next_
};

}  // namespace tapedeck
