// The texts of settings as values, and back. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace tapedeck {

/// "1048576", "10GiB", "500 MB", "2T"; without regard to case. Nothing when it is none or too much.
std::optional<ByteCount> parse_byte_count(std::string_view text);
/// As parse_byte_count reads it, exactly: "10GiB", "1500".
std::string format_byte_count(ByteCount bytes);
/// For people, rounded, in binary units: "10.0 GiB", "82.1 KiB", "17 B".
std::string format_bytes_rounded(ByteCount bytes);

/// A decimal number of at most `max`.
std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t max);

/// yes, no, true, false, on, off, 1, 0.
std::optional<bool> parse_toggle(std::string_view text);

}  // namespace tapedeck
