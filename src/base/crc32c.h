// CRC-32C (Castagnoli; RFC 3720 B.4): not a digest, but what some clients check their chunks with.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace tapedeck {

class Crc32c {
 public:
  void update(ByteView bytes);
  std::uint32_t value() const { return ~state_; }
  std::string finish() const;  // value() as four bytes, the most significant first

 private:
  std::uint32_t state_ = ~0u;
};

}  // namespace tapedeck
