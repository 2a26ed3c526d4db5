// The bytes of a file at one moment; a copy is cheap.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace tapedeck::power {

/// Copies share their blocks until one of them is written. Bytes that were never written are zeros.
/// Not safe for concurrent use, but copies of one image may be used on different threads.
class FileImage {
 public:
  ByteCount size() const { return size_; }
  /// As many bytes from `offset` on as there are, up to the size of `into`.
  std::size_t read(ByteCount offset, std::span<char> into) const;
  /// Grows the file where needed.
  void write(ByteCount offset, ByteView bytes);
  void resize(ByteCount size);

 private:
  static constexpr std::size_t block_bytes = 4096;
  using Block = std::array<char, block_bytes>;

  Block& writable(std::size_t index);

  ByteCount size_ = 0;
  std::vector<std::shared_ptr<Block>> blocks_;  // null: zeros; the last one ends with zeros
};

}  // namespace tapedeck::power
