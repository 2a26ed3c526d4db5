#include "http/buffers.h"

#include "base/check.h"

namespace tapedeck::http {

BufferPool::Lease& BufferPool::Lease::operator=(Lease&& other) noexcept {
  if (this != &other) {
    release();
    pool_ = std::exchange(other.pool_, nullptr);
    bytes_ = std::move(other.bytes_);
  }
  return *this;
}

void BufferPool::Lease::release() {
  if (!bytes_) return;
  --pool_->leased_;
  if (pool_->free_.size() < free_max) pool_->free_.push_back(std::move(bytes_));
  bytes_.reset();
}

BufferPool::Lease BufferPool::lease() {
  ++leased_;
  if (free_.empty()) return {*this, std::make_unique_for_overwrite<char[]>(buffer_bytes)};
  auto bytes = std::move(free_.back());
  free_.pop_back();
  return {*this, std::move(bytes)};
}

void Backlog::append(ByteView bytes) {
  if (at_ > 0) {
    bytes_.erase(0, at_);
    at_ = 0;
  }
  bytes_.append(bytes);
}

void Backlog::consume(std::size_t count) {
  MUST(count <= bytes_.size() - at_);
  at_ += count;
  if (!empty()) return;
  free_memory(bytes_);
  at_ = 0;
}

}  // namespace tapedeck::http
