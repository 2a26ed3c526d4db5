#include "core/segment_source.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "base/error.h"

namespace tapedeck {

namespace {

constexpr std::size_t page_segments = 64;

class SegmentSource final : public ByteSource {
 public:
  SegmentSource(Catalog& catalog, Blobs& blobs, const Recording& recording, ByteRange range)
      : catalog_(catalog),
        blobs_(blobs),
        account_(recording.account),
        id_(recording.id),
        at_(range.begin),
        end_(range.end),
        segments_(recording.tail) {}

  /// Makes sure that the blob with the next byte is open. Only while there is a next byte.
  Task<void> open_next() {
    if (blob_ && blob_left_ > 0) co_return;
    blob_.reset();
    auto trouble = co_await try_open();
    if (!trouble.empty()) {  // its segments may have been joined since they were listed
      segments_.clear();
      trouble = co_await try_open();
    }
    if (!trouble.empty()) co_await explain(trouble);
  }

  Task<ByteView> read() override {
    if (at_ == end_) co_return ByteView();
    co_await open_next();
    auto bytes = co_await blob_->read();
    if (bytes.empty() || bytes.size() > blob_left_) co_await explain("a blob of another size");
    count(bytes.size());
    co_return bytes;
  }

  Task<std::optional<FileSlice>> take_file() override {
    if (at_ == end_) co_return std::nullopt;
    co_await open_next();
    auto slice = co_await blob_->take_file();
    if (!slice) co_return std::nullopt;
    if (slice->range.size() == 0 || slice->range.size() > blob_left_) {
      co_await explain("a blob of another size");
    }
    count(slice->range.size());
    co_return slice;
  }

  std::optional<FileSlice> take_file_now() override {
    if (!blob_ || blob_left_ == 0) return std::nullopt;
    auto slice = blob_->take_file_now();
    if (!slice) return std::nullopt;
    if (slice->range.size() == 0 || slice->range.size() > blob_left_) {
      blob_.reset();  // take_file() opens it again, and explains
      return std::nullopt;
    }
    count(slice->range.size());
    return slice;
  }

 private:
  /// Opens the blob with the next byte; gives why it is not there, or nothing.
  Task<std::string> try_open() {
    co_await find_segment();
    const auto& segment = segments_[index_];
    ByteRange part{at_ - segment.begin, std::min(end_, segment.end) - segment.begin};
    BlobKey key{account_, id_, segment.piece};
    std::string trouble;
    try {
      blob_ = co_await blobs_.open(key, part);
      blob_left_ = part.size();
    } catch (const Error& error) {
      if (error.fault() != Fault::not_found && error.fault() != Fault::invalid) throw;
      trouble = fmt::format("blob {}: {}", key.text(), error.what());
    }
    co_return trouble;
  }

  void count(ByteCount bytes) {
    at_ += bytes;
    blob_left_ -= bytes;
  }

  /// Sets index_ to the segment that holds the byte at_.
  Task<void> find_segment() {
    for (bool asked = false;; asked = true) {
      auto holds = [this](const Segment& s) { return s.begin <= at_ && at_ < s.end; };
      auto found = std::find_if(segments_.begin(), segments_.end(), holds);
      if (found != segments_.end()) {
        index_ = static_cast<std::size_t>(found - segments_.begin());
        co_return;
      }
      if (asked) co_await explain("no segment");
      segments_ = co_await catalog_.list_segments(account_, id_, at_, page_segments);
    }
  }

  /// Throws why the byte at_ cannot be had.
  Task<void> explain(std::string trouble) {
    auto recording = co_await catalog_.find_recording(account_, id_);
    if (!recording) throw Error(Fault::not_found, "This recording was deleted meanwhile.");
    throw Error(Fault::unavailable, fmt::format("recording {} of account {} cannot be read at byte "
                                                "{}: {}; run `tapedeck verify`",
                                                id_.text(), account_.text(), at_, trouble));
  }

  Catalog& catalog_;
  Blobs& blobs_;
  const AccountId account_;
  const RecordingId id_;
  ByteCount at_;
  const ByteCount end_;
  std::vector<Segment> segments_;  // some that follow each other
  std::size_t index_ = 0;
  std::unique_ptr<ByteSource> blob_;
  ByteCount blob_left_ = 0;
};

}  // namespace

Task<std::unique_ptr<ByteSource>> open_segments(Catalog& catalog, Blobs& blobs,
                                                const Recording& recording, ByteRange range) {
  if (range.begin > range.end || range.end > recording.size) {
    throw Error(Fault::invalid, fmt::format("The recording has only {} bytes.", recording.size));
  }
  auto source = std::make_unique<SegmentSource>(catalog, blobs, recording, range);
  if (range.size() > 0) co_await source->open_next();
  co_return std::move(source);
}

Task<Sha256Digest> read_digest(Catalog& catalog, Blobs& blobs, const Recording& recording) {
  Sha256 digest;
  ByteRange all{0, recording.size};
  auto source = co_await open_segments(catalog, blobs, recording, all);
  for (;;) {
    auto bytes = co_await source->read();
    if (bytes.empty()) break;
    digest.update(bytes);
  }
  co_return digest.finish();
}

}  // namespace tapedeck
