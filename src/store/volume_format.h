// The bytes of a volume file: docs/data.md, "A volume file, byte by byte". Pure; nothing here
// reads or writes a disk.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "core/id.h"

namespace tapedeck::volume {

// Stored. Do not change.
inline constexpr std::size_t page_bytes = 4 * KiB;
inline constexpr std::size_t head_bytes = 32;
inline constexpr std::size_t record_head_bytes = 96;
inline constexpr std::size_t entry_bytes = 64;
inline constexpr std::size_t trailer_bytes = 64;
inline constexpr ByteCount blob_bytes_max = GiB;

/// Stored. Do not renumber.
enum class State : std::uint32_t { blob = 0, erased = 1 };

/// What stands before a blob's bytes.
struct RecordHead {
  State state = State::blob;
  std::uint32_t length = 0;  // of the blob, 1 to blob_bytes_max
  Ulid volume;
  BlobKey key;
  ByteCount begin = 0;    // where in its recording the blob begins
  std::uint32_t crc = 0;  // CRC-32C of the blob
  bool operator==(const RecordHead&) const = default;
};

/// A blob of a sealed volume.
struct Entry {
  BlobKey key;
  std::uint32_t page = 0;  // where its record begins
  std::uint32_t length = 0;
  State state = State::blob;
  bool operator==(const Entry&) const = default;
};

/// The end of a sealed volume.
struct Trailer {
  std::uint32_t count = 0;
  std::uint32_t page = 0;  // where the index begins
  Ulid volume;
  bool operator==(const Trailer&) const = default;
};

/// The bytes where a page begins.
constexpr ByteCount offset_of(std::uint32_t page) {
  return ByteCount{page} * page_bytes;
}
/// The pages that a record of a blob of so many bytes takes.
constexpr std::uint32_t pages_of(ByteCount length) {
  return static_cast<std::uint32_t>((record_head_bytes + length + page_bytes - 1) / page_bytes);
}
/// The size of a sealed file.
constexpr ByteCount sealed_bytes(const Trailer& trailer) {
  return offset_of(trailer.page) + ByteCount{trailer.count} * entry_bytes + trailer_bytes;
}

std::array<char, head_bytes> encode_head(const Ulid& volume);
std::array<char, record_head_bytes> encode(const RecordHead& head);
std::array<char, entry_bytes> encode(const Entry& entry);
std::array<char, trailer_bytes> encode(const Trailer& trailer);

// Each takes as many bytes as its encode gives, and answers nothing for any others than those that
// it may give.
std::optional<RecordHead> parse_record_head(ByteView bytes);
std::optional<Entry> parse_entry(ByteView bytes);
std::optional<Trailer> parse_trailer(ByteView bytes);
/// The volume's id. Throws Error{conflict} for a version that this program does not know.
std::optional<Ulid> parse_head(ByteView bytes);

}  // namespace tapedeck::volume
