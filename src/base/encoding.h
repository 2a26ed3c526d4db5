// Bytes as text: hexadecimal, base 64 (RFC 4648 4 and 5) and base 62, and a CRC-32 for typos.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace tapedeck {

std::string to_hex(ByteView bytes);  // lower case
std::optional<std::string> parse_hex(std::string_view text);

std::string to_base64(ByteView bytes);  // padded
/// Strict: padding required, no spaces, no other letters.
std::optional<std::string> parse_base64(std::string_view text);

std::string to_base64url(ByteView bytes);  // not padded
std::optional<std::string> parse_base64url(std::string_view text);

/// The bytes as one big-endian number, in exactly `digits` digits 0-9A-Za-z. The number must fit.
std::string to_base62(ByteView bytes, std::size_t digits);

/// The CRC-32 of zlib and PNG (ISO 3309).
std::uint32_t crc32_of(ByteView bytes);

}  // namespace tapedeck
