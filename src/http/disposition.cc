#include "http/disposition.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "http/fields.h"
#include "http/target.h"

namespace tapedeck::http {

namespace {

constexpr std::string_view whitespace = " \t";

void skip(std::string_view& text, std::string_view what) {
  text.remove_prefix(std::min(text.find_first_not_of(what), text.size()));
}

bool is_token_char(char c) {
  auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7f &&
         std::string_view("()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos;
}

std::string_view take_token(std::string_view& text) {
  auto end = std::find_if_not(text.begin(), text.end(), is_token_char);
  auto token = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(token.size());
  return token;
}

/// A quoted-string (RFC 9110 5.6.4), unquoted; nothing when it does not end.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return value;
    }
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    value += text[i];
  }
  return std::nullopt;
}

using Parameters = std::vector<std::pair<std::string_view, std::string>>;

/// What follows the disposition's type. Stops at something malformed and keeps what came before.
Parameters parse_parameters(std::string_view text) {
  Parameters parameters;
  for (;;) {
    skip(text, " \t;");
    auto name = take_token(text);
    skip(text, whitespace);
    if (name.empty() || !text.starts_with('=')) return parameters;
    text.remove_prefix(1);
    skip(text, whitespace);
    auto value = text.starts_with('"') ? take_quoted(text) : std::string(take_token(text));
    if (!value) return parameters;
    parameters.emplace_back(name, std::move(*value));
    skip(text, whitespace);
    if (!text.starts_with(';')) return parameters;
  }
}

const std::string* find(const Parameters& parameters, std::string_view name) {
  for (const auto& [key, value] : parameters) {
    if (equal_without_case(key, name)) return &value;
  }
  return nullptr;
}

std::string utf8_from_latin1(std::string_view text) {
  std::string utf8;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      utf8 += c;
      continue;
    }
    utf8 += static_cast<char>(0xC0 | byte >> 6);
    utf8 += static_cast<char>(0x80 | (byte & 0x3F));
  }
  return utf8;
}

/// ext-value of RFC 8187 3.2: charset'language'percent-encoded.
std::optional<std::string> parse_extended(std::string_view text) {
  auto first = text.find('\'');
  if (first == std::string_view::npos) return std::nullopt;
  auto second = text.find('\'', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  auto charset = text.substr(0, first);
  auto utf8 = equal_without_case(charset, "UTF-8");
  if (!utf8 && !equal_without_case(charset, "ISO-8859-1")) return std::nullopt;

  // The escapes are those of a path segment.
  auto decoded = parse_target("/" + std::string(text.substr(second + 1)));
  if (!decoded || decoded->segments.size() != 1 || !decoded->query.empty()) return std::nullopt;
  auto& name = decoded->segments.front();
  return utf8 ? std::move(name) : utf8_from_latin1(name);
}

/// One "_" for each character that cannot stand in a quoted string everywhere. "%" is among them:
/// some browsers decode it.
std::string make_ascii(std::string_view name) {
  std::string ascii;
  for (char c : name) {
    auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;  // the rest of a character that has its "_" already
    auto plain = byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\' && c != '%';
    ascii += plain ? c : '_';
  }
  return ascii;
}

}  // namespace

std::string make_content_disposition(Disposition disposition, std::string_view name) {
  std::string field = disposition == Disposition::shown ? "inline" : "attachment";
  if (name.empty()) return field;
  auto ascii = make_ascii(name);
  field += "; filename=\"" + ascii + "\"";
  if (ascii != name) field += "; filename*=UTF-8''" + percent_encode(name);
  return field;
}

std::optional<std::string> parse_file_name(std::string_view field) {
  skip(field, whitespace);
  if (take_token(field).empty()) return std::nullopt;
  skip(field, whitespace);
  if (!field.starts_with(';')) return std::nullopt;
  auto parameters = parse_parameters(field);
  if (const auto* extended = find(parameters, "filename*")) {
    if (auto name = parse_extended(*extended)) return name;
  }
  if (const auto* plain = find(parameters, "filename")) return *plain;
  return std::nullopt;
}

}  // namespace tapedeck::http
