#include "base/crc32c.h"

#include <array>
#include <cstring>

namespace tapedeck {

namespace {

constexpr std::uint32_t polynomial = 0x82F63B78;  // reversed
constexpr std::size_t lanes = 8;                  // bytes taken at a time

using Tables = std::array<std::array<std::uint32_t, 256>, lanes>;

/// Table n says what a byte does that n other bytes follow.
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    auto value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1) ? (value >> 1) ^ polynomial : value >> 1;
    tables[0][i] = value;
  }
  for (std::size_t n = 1; n < lanes; ++n) {
    for (std::size_t i = 0; i < 256; ++i) {
      auto before = tables[n - 1][i];
      tables[n][i] = tables[0][before & 255] ^ (before >> 8);
    }
  }
  return tables;
}

constexpr Tables tables = make_tables();

#ifdef __x86_64__
constexpr std::size_t block_bytes = 1'024;

using Shift = std::array<std::array<std::uint32_t, 256>, 4>;

/// What a block of zeros makes of each byte of a state: it is linear, so they are just added.
constexpr Shift make_shift() {
  Shift shift{};
  for (std::uint32_t bit = 0; bit < 32; ++bit) {
    auto state = std::uint32_t{1} << bit;
    for (std::size_t n = 0; n < block_bytes; ++n) state = tables[0][state & 255] ^ (state >> 8);
    auto& of_byte = shift[bit / 8];
    auto half = std::uint32_t{1} << bit % 8;
    for (std::uint32_t low = 0; low < half; ++low) of_byte[half + low] = of_byte[low] ^ state;
  }
  return shift;
}

constexpr Shift shift = make_shift();

std::uint32_t behind_a_block(std::uint64_t state) {
  return shift[0][state & 255] ^ shift[1][state >> 8 & 255] ^ shift[2][state >> 16 & 255] ^
         shift[3][state >> 24 & 255];
}

__attribute__((target("sse4.2"))) inline std::uint64_t add_eight(std::uint64_t state,
                                                                 const char* bytes) {
  std::uint64_t eight = 0;
  std::memcpy(&eight, bytes, sizeof eight);
  return __builtin_ia32_crc32di(state, eight);
}

/// Three blocks at once: the instruction takes three cycles, but one can begin in each.
__attribute__((target("sse4.2"))) std::uint32_t add_blocks(std::uint32_t state, const char* bytes) {
  std::uint64_t first = state;
  std::uint64_t second = 0;
  std::uint64_t third = 0;
  for (std::size_t i = 0; i < block_bytes; i += 8) {
    first = add_eight(first, bytes + i);
    second = add_eight(second, bytes + block_bytes + i);
    third = add_eight(third, bytes + 2 * block_bytes + i);
  }
  return static_cast<std::uint32_t>(third) ^ behind_a_block(second ^ behind_a_block(first));
}

/// By the processor's own instruction, which has been in all of them since 2008.
__attribute__((target("sse4.2"))) std::uint32_t update_fast(std::uint32_t state, ByteView bytes) {
  for (; bytes.size() >= 3 * block_bytes; bytes.remove_prefix(3 * block_bytes)) {
    state = add_blocks(state, bytes.data());
  }
  std::uint64_t wide = state;
  while (bytes.size() >= sizeof wide) {
    wide = add_eight(wide, bytes.data());
    bytes.remove_prefix(sizeof wide);
  }
  auto narrow = static_cast<std::uint32_t>(wide);
  for (char byte : bytes) narrow = __builtin_ia32_crc32qi(narrow, static_cast<unsigned char>(byte));
  return narrow;
}

const bool is_fast = __builtin_cpu_supports("sse4.2") != 0;
#endif

std::uint32_t byte_at(ByteView bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

std::uint32_t update_by_tables(std::uint32_t state, ByteView bytes) {
  while (bytes.size() >= lanes) {
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < lanes; ++i) {
      auto byte = byte_at(bytes, i);
      if (i < 4) byte ^= (state >> (8 * i)) & 255;
      next ^= tables[lanes - 1 - i][byte];
    }
    state = next;
    bytes.remove_prefix(lanes);
  }
  for (char c : bytes) {
    state = tables[0][(state ^ static_cast<unsigned char>(c)) & 255] ^ (state >> 8);
  }
  return state;
}

}  // namespace

void Crc32c::update(ByteView bytes) {
#ifdef __x86_64__
  if (is_fast) {
    state_ = update_fast(state_, bytes);
    return;
  }
#endif
  state_ = update_by_tables(state_, bytes);
}

std::string Crc32c::finish() const {
  auto shown = value();
  std::string out;
  for (int at = 24; at >= 0; at -= 8) out.push_back(static_cast<char>(shown >> at));
  return out;
}

}  // namespace tapedeck
