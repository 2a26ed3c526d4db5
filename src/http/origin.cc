// parse_origin of http/client.h.
#include <charconv>

#include "http/client.h"

namespace tapedeck::http {

namespace {

constexpr std::string_view host_chars =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
constexpr std::string_view address_chars = "abcdefABCDEF0123456789:.";

/// 1 to 65535.
std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  auto end = digits.data() + digits.size();
  auto [stopped, failed] = std::from_chars(digits.data(), end, port);
  if (failed != std::errc() || stopped != end || port == 0) return std::nullopt;
  return port;
}

/// host[:port] or [v6][:port]
std::optional<Origin> parse_authority(std::string_view text, std::string scheme,
                                      std::uint16_t usual_port) {
  Origin origin{std::move(scheme), "", usual_port};
  auto chars = host_chars;
  auto colon = text.find(':');
  auto host = text.substr(0, colon);
  if (text.starts_with('[')) {
    auto bracket = text.find(']');
    if (bracket == std::string_view::npos) return std::nullopt;
    chars = address_chars;
    host = text.substr(1, bracket - 1);
    colon = bracket + 1 < text.size() ? bracket + 1 : std::string_view::npos;
    if (colon != std::string_view::npos && text[colon] != ':') return std::nullopt;
  }
  if (host.empty() || host.find_first_not_of(chars) != std::string_view::npos) return std::nullopt;
  origin.host = std::string(host);
  if (colon == std::string_view::npos) return origin;
  auto port = parse_port(text.substr(colon + 1));
  if (!port) return std::nullopt;
  origin.port = *port;
  return origin;
}

}  // namespace

std::optional<Origin> parse_origin(std::string_view url) {
  constexpr std::string_view http = "http://";
  constexpr std::string_view https = "https://";
  constexpr std::string_view unix_socket = "unix:";
  if (url.starts_with(unix_socket)) {
    url.remove_prefix(unix_socket.size());
    if (url.empty() || url.find('\0') != std::string_view::npos) return std::nullopt;
    return Origin{"unix", std::string(url), 0};
  }
  if (url.ends_with('/')) url.remove_suffix(1);
  if (equal_without_case(url.substr(0, http.size()), http)) {
    return parse_authority(url.substr(http.size()), "http", 80);
  }
  if (equal_without_case(url.substr(0, https.size()), https)) {
    return parse_authority(url.substr(https.size()), "https", 443);
  }
  return std::nullopt;
}

}  // namespace tapedeck::http
