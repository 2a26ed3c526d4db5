#include "core/token_text.h"

#include <array>

#include "base/encoding.h"
#include "core/accounts.h"

namespace tapedeck {

namespace {

constexpr std::size_t prefix_chars = 5;
constexpr std::size_t secret_chars = 43;  // 62^43 > 2^256
constexpr std::size_t crc_chars = 6;      // 62^6 > 2^32
constexpr std::size_t original_key_chars = 64;

std::string crc_digits(std::string_view text) {
  auto crc = crc32_of(text);
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(crc >> shift));
  return to_base62(bytes, crc_chars);
}

template <std::size_t Size>
std::string random_digits(Env& env, std::size_t digits) {
  std::array<unsigned char, Size> random;
  env.fill_random(random);
  return to_base62({reinterpret_cast<const char*>(random.data()), random.size()}, digits);
}

}  // namespace

std::string make_token_text(std::string_view prefix, Env& env) {
  auto text = std::string(prefix) + random_digits<32>(env, secret_chars);
  return text + crc_digits(text);
}

std::string make_original_key(Env& env) {
  return random_digits<47>(env, original_key_chars);  // 376 bits; 62^64 > 2^376
}

bool is_well_formed_token(std::string_view text) {
  if (text.size() != prefix_chars + secret_chars + crc_chars) return false;
  auto prefix = text.substr(0, prefix_chars);
  bool known = prefix == session_prefix || prefix == personal_prefix ||
               prefix == invitation_prefix || prefix == upload_prefix;
  if (!known) return false;
  auto checked = text.substr(0, prefix_chars + secret_chars);
  return crc_digits(checked) == text.substr(checked.size());
}

}  // namespace tapedeck
