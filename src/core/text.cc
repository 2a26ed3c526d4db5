#include "core/text.h"

#include <algorithm>
#include <cstdint>

namespace tapedeck {

namespace {

constexpr char32_t replacement = 0xFFFD;
constexpr std::size_t file_name_bytes_max = 255;
constexpr std::size_t extension_bytes_max = 16;

struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;
  bool valid = true;  // else `code` is U+FFFD and `bytes` is what it stands for
};

/// The first character of a text that is not empty. What is malformed ends before the first byte
/// that cannot belong to it (Unicode 3.9, table 3-7).
Character first_character(std::string_view text) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  auto lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  auto length = lead >= 0xF0 ? 4u : lead >= 0xE0 ? 3u : 2u;
  if (lead < 0xC2 || lead > 0xF4) return {replacement, 1, false};

  // The second byte's limits keep out overlong forms, surrogates and what is beyond U+10FFFF.
  auto low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  auto high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  char32_t code = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (i == text.size() || byte(i) < low || byte(i) > high) return {replacement, i, false};
    code = code << 6 | (byte(i) & 0x3Fu);
    low = 0x80;
    high = 0xBF;
  }
  return {code, length, true};
}

bool is_between(char32_t code, char32_t first, char32_t last) {
  return first <= code && code <= last;
}

/// C0, DEL, C1, and the line and paragraph separators.
bool is_control(char32_t code) {
  return code < 0x20 || is_between(code, 0x7F, 0x9F) || code == 0x2028 || code == 0x2029;
}

/// Marks, embeddings, overrides and isolates, which make text look like another text; and the
/// zero-width characters that nobody sees. The joiners (U+200C, U+200D) are letters of some
/// languages and of emoji.
bool is_deceptive(char32_t code) {
  return is_between(code, 0x202A, 0x202E) || is_between(code, 0x2066, 0x2069) ||
         is_between(code, 0x200E, 0x200F) || code == 0x061C || code == 0x200B || code == 0xFEFF;
}

bool is_reserved_in_names(char32_t code) {
  return code < 0x80 &&
         std::string_view("/\\:*?\"<>|").find(static_cast<char>(code)) != std::string_view::npos;
}

/// Every character that `keeps` accepts, the malformed ones replaced, up to `bytes_max`.
template <class Keeps>
std::string filter(std::string_view text, std::size_t bytes_max, Keeps keeps) {
  constexpr std::string_view replacement_utf8 = "\xEF\xBF\xBD";
  std::string kept;
  while (!text.empty()) {
    auto character = first_character(text);
    auto bytes = character.valid ? text.substr(0, character.bytes) : replacement_utf8;
    text.remove_prefix(character.bytes);
    if (!keeps(character.code)) continue;
    if (bytes.size() > bytes_max - kept.size()) break;
    kept += bytes;
  }
  return kept;
}

/// CR LF and CR as LF.
std::string join_line_breaks(std::string_view text) {
  std::string joined;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      joined += text[i];
    } else if (i + 1 == text.size() || text[i + 1] != '\n') {
      joined += '\n';
    }
  }
  return joined;
}

std::string_view trim_name(std::string_view name) {
  name.remove_prefix(std::min(name.find_first_not_of(". "), name.size()));
  auto last = name.find_last_not_of(". ");
  return name.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// At most `bytes_max`, cut at a character's border. The text must be UTF-8.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0) == 0x80) --bytes_max;
  return text.substr(0, bytes_max);
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    auto character = first_character(text);
    if (!character.valid) return false;
    text.remove_prefix(character.bytes);
  }
  return true;
}

std::string clean_line(std::string_view text, std::size_t bytes_max) {
  return filter(text, bytes_max, [](char32_t c) { return !is_control(c) && !is_deceptive(c); });
}

std::string clean_text(std::string_view text, std::size_t bytes_max) {
  return filter(join_line_breaks(text), bytes_max, [](char32_t c) {
    return c == '\n' || c == '\t' || (!is_control(c) && !is_deceptive(c));
  });
}

std::string clean_file_name(std::string_view name) {
  auto separator = name.find_last_of("/\\");
  if (separator != std::string_view::npos) name.remove_prefix(separator + 1);
  auto kept = filter(name, std::string::npos, [](char32_t c) {
    return !is_control(c) && !is_deceptive(c) && !is_between(c, 0x200B, 0x200F) &&
           !is_reserved_in_names(c);
  });
  auto trimmed = trim_name(kept);
  if (trimmed.size() <= file_name_bytes_max) return std::string(trimmed);

  // What is cut is the middle: the extension says what the file is.
  auto dot = trimmed.rfind('.');
  auto has_extension = dot != std::string_view::npos && trimmed.size() - dot <= extension_bytes_max;
  auto extension = has_extension ? trimmed.substr(dot) : std::string_view();
  auto stem = cut(trimmed, file_name_bytes_max - extension.size());
  return std::string(trim_name(std::string(stem) + std::string(extension)));
}

}  // namespace tapedeck
