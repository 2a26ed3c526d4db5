// Buffers of a worker: leased only while there are bytes in them, so that a slow client costs no
// more than its socket.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace tapedeck::http {

/// A free list of equal buffers. For one thread. Outlives its leases.
class BufferPool {
 public:
  static constexpr std::size_t buffer_bytes = 128 * KiB;
  static constexpr std::size_t free_max = 32;  // more go back to the system

  /// A buffer, or none; gives it back when destroyed or released.
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), bytes_(std::move(other.bytes_)) {}
    Lease& operator=(Lease&& other) noexcept;
    ~Lease() { release(); }

    void release();
    explicit operator bool() const { return bytes_ != nullptr; }
    char* data() { return bytes_.get(); }
    static constexpr std::size_t size() { return buffer_bytes; }

   private:
    friend class BufferPool;
    Lease(BufferPool& pool, std::unique_ptr<char[]> bytes)
        : pool_(&pool), bytes_(std::move(bytes)) {}
    BufferPool* pool_ = nullptr;
    std::unique_ptr<char[]> bytes_;
  };

  Lease lease();
  std::size_t leased() const { return leased_; }

 private:
  std::vector<std::unique_ptr<char[]>> free_;
  std::size_t leased_ = 0;
};

/// Bytes that came but were not asked for yet: an incomplete head, the start of a body, pipelined
/// requests. Consuming does not move them; empty ones hold no memory worth naming.
class Backlog {
 public:
  ByteView view() const { return ByteView(bytes_).substr(at_); }
  bool empty() const { return at_ == bytes_.size(); }
  void append(ByteView bytes);
  void consume(std::size_t count);

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

}  // namespace tapedeck::http
