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
}

void PageBuffer::reserve(std::size_t bytes) {
  if (bytes <= capacity_) return;
  auto capacity = std::max(std::bit_ceil(bytes), capacity_min);
  auto alignment = capacity >= aligned_from ? page_bytes : alignof(std::max_align_t);
  std::unique_ptr<char[], Free> larger(static_cast<char*>(std::aligned_alloc(alignment, capacity)));
  if (!larger) throw std::bad_alloc();
  if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
  bytes_ = std::move(larger);
  capacity_ = capacity;
}

void PageBuffer::append(ByteView bytes) {
  reserve(size_ + bytes.size());
  if (!bytes.empty()) std::memcpy(bytes_.get() + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

void PageBuffer::drop(std::size_t count) {
  MUST(count <= size_);
  size_ -= count;
  if (size_ > 0) std::memmove(bytes_.get(), bytes_.get() + count, size_);
}

}  // namespace tapedeck
