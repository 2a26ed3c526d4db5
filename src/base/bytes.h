// Bytes and their sizes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tapedeck {

/// Bytes that somebody else owns. Text and binary alike: `char` is a byte.
using ByteView = std::string_view;

/// A number of bytes, or an offset in a recording.
using ByteCount = std::uint64_t;

inline constexpr ByteCount KiB = 1024;
inline constexpr ByteCount MiB = 1024 * KiB;
inline constexpr ByteCount GiB = 1024 * MiB;

/// Empties it and frees its memory, which the assignment of an empty string keeps.
inline void free_memory(std::string& bytes) {
  std::string().swap(bytes);
}

/// Bytes [begin, end) of something.
struct ByteRange {
  ByteCount begin = 0;
  ByteCount end = 0;  // not included
  ByteCount size() const { return end - begin; }
  bool operator==(const ByteRange&) const = default;
};

}  // namespace tapedeck
