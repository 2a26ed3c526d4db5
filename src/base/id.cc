#include "base/id.h"

#include <algorithm>
#include <array>

namespace tapedeck {

namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t text_chars = 26;

/// By character; -1: no digit.
constexpr auto digits = [] {
  std::array<signed char, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    auto c = static_cast<unsigned char>(alphabet[i]);
    table[c] = static_cast<signed char>(i);
    if (c >= 'A') table[c + ('a' - 'A')] = static_cast<signed char>(i);
  }
  return table;
}();

int digit_of(char c) {
  return digits[static_cast<unsigned char>(c)];
}

}  // namespace

Ulid Ulid::make(Env& env) {
  Ulid id;
  auto millis = static_cast<std::uint64_t>(env.now().time_since_epoch().count());
  for (std::size_t i = 0; i < 6; ++i) {
    id.bytes[i] = static_cast<unsigned char>(millis >> (8 * (5 - i)));
  }
  env.fill_random(std::span(id.bytes).subspan(6));
  return id;
}

std::optional<Ulid> Ulid::parse(std::string_view text) {
  // 26 digits hold 130 bits: the first digit carries three of the 128.
  if (text.size() != text_chars || digit_of(text[0]) > 7) return std::nullopt;
  Ulid id;
  unsigned pending = 0;
  unsigned bits = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int digit = digit_of(text[i]);
    if (digit < 0) return std::nullopt;
    pending = (pending << 5) | static_cast<unsigned>(digit);
    bits += i == 0 ? 3 : 5;
    if (bits < 8) continue;
    bits -= 8;
    id.bytes[at++] = static_cast<unsigned char>(pending >> bits);
  }
  return id;
}

std::optional<Ulid> Ulid::from_bytes(std::string_view stored) {
  Ulid id;
  if (stored.size() != id.bytes.size()) return std::nullopt;
  std::copy(stored.begin(), stored.end(), id.bytes.begin());
  return id;
}

std::string Ulid::text() const {
  std::string out(text_chars, '\0');
  std::size_t at = 0;
  unsigned pending = 0;
  unsigned bits = 2;  // two zero bits before the 128, so that 26 digits come out even
  for (auto byte : bytes) {
    pending = (pending << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out[at++] = alphabet[(pending >> bits) & 31];
    }
  }
  return out;
}

std::string_view Ulid::view() const {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Time Ulid::made_at() const {
  std::uint64_t millis = 0;
  for (std::size_t i = 0; i < 6; ++i) millis = (millis << 8) | bytes[i];
  return Time{Millis{static_cast<std::int64_t>(millis)}};
}

}  // namespace tapedeck
