#include "main/setting_values.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace tapedeck {

namespace {

struct Unit {
  std::string_view name;
  ByteCount bytes;
};

constexpr ByteCount TiB = 1024 * GiB;
constexpr std::array<Unit, 14> units{{{"", 1},
                                      {"b", 1},
                                      {"k", KiB},
                                      {"kib", KiB},
                                      {"m", MiB},
                                      {"mib", MiB},
                                      {"g", GiB},
                                      {"gib", GiB},
                                      {"t", TiB},
                                      {"tib", TiB},
                                      {"kb", 1'000},
                                      {"mb", 1'000'000},
                                      {"gb", 1'000'000'000},
                                      {"tb", 1'000'000'000'000}}};

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

}  // namespace

std::optional<ByteCount> parse_byte_count(std::string_view text) {
  ByteCount number = 0;
  auto [rest, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc()) return std::nullopt;
  auto suffix = text.substr(static_cast<std::size_t>(rest - text.data()));
  if (suffix.starts_with(' ')) suffix.remove_prefix(1);
  auto name = lower(suffix);
  auto unit = std::find_if(units.begin(), units.end(), [&](auto& u) { return u.name == name; });
  if (unit == units.end()) return std::nullopt;
  // Stored as a signed 64-bit number.
  auto most = static_cast<ByteCount>(std::numeric_limits<std::int64_t>::max());
  if (number > most / unit->bytes) return std::nullopt;
  return number * unit->bytes;
}

std::string format_byte_count(ByteCount bytes) {
  constexpr std::array<Unit, 4> exact{{{"TiB", TiB}, {"GiB", GiB}, {"MiB", MiB}, {"KiB", KiB}}};
  for (const auto& unit : exact) {
    if (bytes >= unit.bytes && bytes % unit.bytes == 0) {
      return fmt::format("{}{}", bytes / unit.bytes, unit.name);
    }
  }
  return std::to_string(bytes);
}

std::string format_bytes_rounded(ByteCount bytes) {
  constexpr std::array<Unit, 4> rounded{{{"TiB", TiB}, {"GiB", GiB}, {"MiB", MiB}, {"KiB", KiB}}};
  for (const auto& unit : rounded) {
    if (bytes < unit.bytes) continue;
    auto amount = static_cast<double>(bytes) / static_cast<double>(unit.bytes);
    return fmt::format("{:.1f} {}", amount, unit.name);
  }
  return fmt::format("{} B", bytes);
}

std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t max) {
  std::uint32_t number = 0;
  auto [rest, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || rest != text.data() + text.size() || number > max) {
    return std::nullopt;
  }
  return number;
}

std::optional<bool> parse_toggle(std::string_view text) {
  auto word = lower(text);
  if (word == "yes" || word == "true" || word == "on" || word == "1") return true;
  if (word == "no" || word == "false" || word == "off" || word == "0") return false;
  return std::nullopt;
}

}  // namespace tapedeck
