// PageBuffer: bytes in whole pages of memory, as a disk takes them without a copy.
#pragma once

#include <cstdlib>
#include <memory>
#include <span>

#include "base/bytes.h"

namespace tapedeck {

/// Grows as a string does. From `aligned_from` bytes on it begins on a page: to align less would
/// cost a small buffer as much again.
class PageBuffer {
 public:
  static constexpr std::size_t page_bytes = 4 * KiB;  // a multiple of every disk's own unit
  static constexpr std::size_t aligned_from = 32 * KiB;

  PageBuffer() = default;
  /// Keeps so many bytes free before its own, for a header that is written when they are all there.
  explicit PageBuffer(std::size_t headroom) : headroom_(headroom) {}

  void append(ByteView bytes);
  /// Room for so many in all and no more than that needs; with `aligned_from` or more it begins on
  /// a page from now on.
  void reserve(std::size_t bytes);
  /// What append() could use without growing.
  std::span<char> room();
  /// So many bytes were put at the beginning of room().
  void extend(std::size_t bytes) { size_ += bytes; }
  /// Removes the first `count`; what is left moves to the front.
  void drop(std::size_t count);

  ByteView view() const { return {begin(), size_}; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// Of the bytes, those in full pages.
  std::size_t whole_page_bytes() const { return size_ - size_ % page_bytes; }
  /// The memory from the headroom on to the end of the last page that the bytes reach; empty when
  /// it does not begin on a page.
  std::span<char> pages();

 private:
  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };

  char* begin() const { return bytes_.get() + headroom_; }
  void grow(std::size_t capacity);

  std::unique_ptr<char[], Free> bytes_;
  std::size_t headroom_ = 0;
  std::size_t size_ = 0;      // without the headroom
  std::size_t capacity_ = 0;  // with it; whole pages when it begins on one
};

}  // namespace tapedeck
