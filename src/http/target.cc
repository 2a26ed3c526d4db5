#include "http/target.h"

#include <algorithm>
#include <array>

#include "http/fields.h"

namespace tapedeck::http {

namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

/// Space, controls and "#" cannot be sent (RFC 3986 2.2, 3.5). Other characters that a strict
/// sender would have encoded ("|", raw UTF-8) mean themselves: they are only ever compared or
/// shown.
bool may_be_sent(char c) {
  auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7f && c != '#';
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    auto high = hex_value(text[i + 1]);
    auto low = hex_value(text[i + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

namespace {

/// Calls `take` with each part between separators; stops when it says false.
template <class Take>
bool split(std::string_view text, char separator, Take take) {
  for (;;) {
    auto end = text.find(separator);
    if (!take(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool parse_path(std::string_view path, Target& target) {
  path.remove_prefix(1);
  return split(path, '/', [&](std::string_view part) {
    auto segment = percent_decode(part);
    if (!segment) return false;
    target.segments.push_back(std::move(*segment));
    return true;
  });
}

bool parse_query(std::string_view query, Target& target) {
  return split(query, '&', [&](std::string_view part) {
    if (part.empty()) return true;
    auto equals = part.find('=');
    auto name = percent_decode(part.substr(0, equals));
    auto value = percent_decode(equals == std::string_view::npos ? "" : part.substr(equals + 1));
    if (!name || !value) return false;
    target.query.emplace_back(std::move(*name), std::move(*value));
    return true;
  });
}

/// What follows "http://host" of the absolute form; the text itself when it is in origin form.
std::optional<std::string_view> strip_origin(std::string_view text) {
  if (text.starts_with('/')) return text;
  for (std::string_view scheme : {"http://", "https://"}) {
    if (!equal_without_case(text.substr(0, scheme.size()), scheme)) continue;
    text.remove_prefix(scheme.size());
    auto host = text.substr(0, text.find_first_of("/?"));
    if (host.empty() || host.find('@') != std::string_view::npos) return std::nullopt;
    return text.substr(host.size());
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> Target::find(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::optional<Target> parse_target(std::string_view text) {
  if (!std::all_of(text.begin(), text.end(), may_be_sent)) return std::nullopt;
  Target target;
  target.raw = std::string(text);
  if (text == "*") return target;

  auto rest = strip_origin(text);
  if (!rest) return std::nullopt;
  auto mark = rest->find('?');
  auto path = rest->substr(0, mark);
  if (path.empty()) path = "/";  // "http://host" asks for "/" (RFC 9110 4.2.3)
  if (!parse_path(path, target)) return std::nullopt;
  if (mark != std::string_view::npos && !parse_query(rest->substr(mark + 1), target)) {
    return std::nullopt;
  }
  return target;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[byte >> 4];
    encoded += digits[byte & 15];
  }
  return encoded;
}

}  // namespace tapedeck::http
