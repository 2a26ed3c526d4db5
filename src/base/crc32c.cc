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
/// By the processor's own instruction, which has been in all of them since 2008.
__attribute__((target("sse4.2"))) std::uint32_t update_fast(std::uint32_t state, ByteView bytes) {
  std::uint64_t wide = state;
  while (bytes.size() >= sizeof wide) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, bytes.data(), sizeof eight);
    wide = __builtin_ia32_crc32di(wide, eight);
    bytes.remove_prefix(sizeof eight);
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
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(shown >> shift));
  return out;
}

}  // namespace tapedeck
