#include "store/page_buffer.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <new>

#include "base/check.h"

namespace tapedeck {

namespace {
constexpr std::size_t capacity_min = 256;

std::size_t whole_pages(std::size_t bytes) {
  return (bytes + PageBuffer::page_bytes - 1) / PageBuffer::page_bytes * PageBuffer::page_bytes;
}
}  // namespace

/// To so many bytes, headroom included.
void PageBuffer::grow(std::size_t capacity) {
  bool is_aligned = capacity >= aligned_from;
  if (is_aligned) capacity = whole_pages(capacity);
  auto* memory = is_aligned ? std::aligned_alloc(page_bytes, capacity) : std::malloc(capacity);
  std::unique_ptr<char[], Free> larger(static_cast<char*>(memory));
  if (!larger) throw std::bad_alloc();
  if (size_ > 0) std::memcpy(larger.get() + headroom_, begin(), size_);
  bytes_ = std::move(larger);
  capacity_ = capacity;
}

void PageBuffer::reserve(std::size_t bytes) {
  if (headroom_ + bytes > capacity_) grow(headroom_ + bytes);
}

void PageBuffer::append(ByteView bytes) {
  if (bytes.empty()) return;
  auto needed = headroom_ + size_ + bytes.size();
  if (needed > capacity_) grow(std::max(std::bit_ceil(needed), capacity_min));
  std::memcpy(begin() + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

std::span<char> PageBuffer::room() {
  if (capacity_ == 0) return {};
  return {begin() + size_, capacity_ - headroom_ - size_};
}

void PageBuffer::drop(std::size_t count) {
  MUST(count <= size_);
  size_ -= count;
  if (size_ > 0) std::memmove(begin(), begin() + count, size_);
}

std::span<char> PageBuffer::pages() {
  if (capacity_ < aligned_from) return {};
  return {bytes_.get(), whole_pages(headroom_ + size_)};
}

}  // namespace tapedeck
