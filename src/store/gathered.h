// Gathered: bytes of one put that wait for one write.
#pragma once

#include <atomic>
#include <exception>

#include "base/byte_source.h"
#include "store/page_buffer.h"

namespace tapedeck {

/// Counts them in `all`, which is of all puts and must outlive it. Used by one task.
class Gathered {
 public:
  explicit Gathered(std::atomic<ByteCount>& all, std::size_t headroom = 0)
      : all_(all), bytes_(headroom) {}
  ~Gathered() { all_ -= bytes_.size(); }
  Gathered(const Gathered&) = delete;
  Gathered& operator=(const Gathered&) = delete;

  /// Reads until there are `bytes_max` or more, or in all puts together more than `all_max`, or
  /// the source ends or throws: what it threw is in error().
  Task<void> gather(ByteSource& source, ByteCount bytes_max, ByteCount all_max);

  bool is_empty() const { return bytes_.empty(); }
  bool is_end() const { return is_end_; }  // the source has no more
  /// The caller cleans up: no await in a catch.
  const std::exception_ptr& error() const { return error_; }
  ByteView bytes() const { return bytes_.view(); }
  /// What one write takes: whole pages, so that the next begins on one, and at the end all.
  ByteView writable() const {
    return bytes_.view().substr(0, is_end_ ? bytes_.size() : bytes_.whole_page_bytes());
  }
  /// As PageBuffer::pages.
  std::span<char> pages() { return bytes_.pages(); }
  void drop(std::size_t count);

 private:
  Task<ByteView> read(ByteSource& source);
  void make_room(const ByteSource& source, ByteView chunk, ByteCount bytes_max);
  void take(const ByteSource& source, ByteView chunk, ByteCount bytes_max);

  std::atomic<ByteCount>& all_;
  PageBuffer bytes_;
  bool is_end_ = false;
  std::exception_ptr error_;
};

}  // namespace tapedeck
