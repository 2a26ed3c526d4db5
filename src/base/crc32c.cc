#include "base/crc32c.h"

#include <array>

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

std::uint32_t byte_at(ByteView bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

}  // namespace

void Crc32c::update(ByteView bytes) {
  auto state = state_;
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
  state_ = state;
}

std::string Crc32c::finish() const {
  auto value = ~state_;
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
  return out;
}

}  // namespace tapedeck
