#include "http/authorization.h"

#include <algorithm>

#include "base/error.h"

namespace tapedeck::http {

namespace {

bool is_token68_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~' || c == '+' || c == '/';
}

/// 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
bool is_token68(std::string_view text) {
  auto padding = std::find_if_not(text.begin(), text.end(), is_token68_char);
  return padding != text.begin() &&
         std::all_of(padding, text.end(), [](char c) { return c == '='; });
}

}  // namespace

std::optional<std::string_view> parse_bearer(std::string_view value) {
  auto space = value.find(' ');
  if (!equal_without_case(value.substr(0, space), "Bearer")) return std::nullopt;
  auto start = value.find_first_not_of(' ', space);
  if (start == std::string_view::npos) return std::nullopt;
  auto token = value.substr(start);
  if (!is_token68(token)) return std::nullopt;
  return token;
}

std::optional<std::string_view> find_bearer(const Fields& fields) {
  auto values = fields.find_all("Authorization");
  if (values.empty()) return std::nullopt;
  auto token = values.size() == 1 ? parse_bearer(values.front()) : std::nullopt;
  if (!token) {
    throw Error(Fault::unauthenticated,
                "The Authorization field is not a bearer token. Send one field of the form "
                "\"Authorization: Bearer td_…\".");
  }
  return token;
}

}  // namespace tapedeck::http
