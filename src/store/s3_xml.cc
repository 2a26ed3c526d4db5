#include "store/s3_xml.h"

#include <array>
#include <charconv>
#include <utility>

namespace tapedeck {

namespace {

constexpr std::array<std::pair<std::string_view, char>, 5> named{
    {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}}};

/// The character behind "&", without its ";". Of the numbered ones only ASCII: our keys are that.
std::optional<char> unescape(std::string_view name) {
  for (const auto& [known, c] : named) {
    if (name == known) return c;
  }
  if (!name.starts_with('#')) return std::nullopt;
  auto is_hex = name.starts_with("#x");
  auto digits = name.substr(is_hex ? 2 : 1);
  unsigned value = 0;
  auto end = digits.data() + digits.size();
  auto [stopped, failed] = std::from_chars(digits.data(), end, value, is_hex ? 16 : 10);
  if (failed != std::errc() || stopped != end || value > 127) return std::nullopt;
  return static_cast<char>(value);
}

std::optional<std::string> unescape_text(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    auto escape = std::min(text.find('&'), text.size());
    plain.append(text.substr(0, escape));
    text.remove_prefix(escape);
    if (text.empty()) break;
    auto end = text.find(';');
    if (end == std::string_view::npos) return std::nullopt;
    auto c = unescape(text.substr(1, end - 1));
    if (!c) return std::nullopt;
    plain += *c;
    text.remove_prefix(end + 1);
  }
  return plain;
}

}  // namespace

std::vector<std::string> find_xml_texts(std::string_view xml, std::string_view name) {
  std::vector<std::string> texts;
  auto start = "<" + std::string(name) + ">";
  auto end = "</" + std::string(name) + ">";
  for (;;) {
    auto at = xml.find(start);
    if (at == std::string_view::npos) return texts;
    xml.remove_prefix(at + start.size());
    auto text = xml.substr(0, xml.find('<'));
    if (!xml.substr(text.size()).starts_with(end)) continue;
    auto plain = unescape_text(text);
    if (plain) texts.push_back(std::move(*plain));
  }
}

std::optional<std::string> find_xml_text(std::string_view xml, std::string_view name) {
  auto texts = find_xml_texts(xml, name);
  if (texts.empty()) return std::nullopt;
  return std::move(texts.front());
}

std::string find_s3_error(std::string_view xml) {
  auto error = xml.find("<Error>");
  if (error == std::string_view::npos) return "";
  return find_xml_text(xml.substr(error), "Code").value_or("UnreadableError");
}

}  // namespace tapedeck
