#include "http/framing.h"

#include <algorithm>
#include <charconv>

namespace tapedeck::http {

namespace {

std::optional<Refusal> refuse(std::string detail) {
  return Refusal{.status = 400, .detail = std::move(detail)};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<ByteCount> parse_length(std::string_view text) {
  ByteCount length = 0;
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  auto parsed = std::from_chars(text.data(), text.data() + text.size(), length);
  if (parsed.ec != std::errc() || length > ByteCount{1} << 62) return std::nullopt;
  return length;
}

bool is_host_letter(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c)) return true;
  return std::string_view("-._~!$&'()*+,;=%").find(c) != std::string_view::npos;
}

bool is_valid_port(std::string_view port) {
  unsigned number = 0;
  if (port.size() > 5 || !std::all_of(port.begin(), port.end(), is_digit)) return false;
  if (port.empty()) return true;  // "host:" is the default port
  std::from_chars(port.data(), port.data() + port.size(), number);
  return number <= 65535;
}

/// The authority without a default port, to compare by.
std::string_view without_port(std::string_view authority, std::string_view port) {
  if (authority.ends_with(port)) authority.remove_suffix(port.size());
  if (authority.ends_with(':')) authority.remove_suffix(1);
  return authority;
}

bool same_authority(std::string_view target, std::string_view host) {
  auto secure = target.starts_with("https:");
  auto authority = target.substr(target.find("//") + 2);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  auto port = secure ? std::string_view(":443") : std::string_view(":80");
  return is_valid_host(authority) &&
         equal_without_case(without_port(authority, port), without_port(host, port));
}

std::optional<Refusal> check_host(const RequestHead& head, std::string_view target) {
  auto hosts = head.fields.find_all("Host");
  if (hosts.size() > 1) return refuse("The request has more than one Host field.");
  if (hosts.empty()) {
    if (head.old_client) return std::nullopt;
    return refuse("The request has no Host field.");
  }
  if (!is_valid_host(hosts.front())) return refuse("The Host field is not a host with a port.");
  if (!target.starts_with('/') && target != "*" && !same_authority(target, hosts.front())) {
    return refuse("The host in the request target is not the one in the Host field.");
  }
  return std::nullopt;
}

std::optional<Refusal> check_lengths(RequestHead& head) {
  auto lengths = head.fields.find_all("Content-Length");
  auto codings = head.fields.find_all("Transfer-Encoding");
  if (!lengths.empty() && !codings.empty()) {
    return refuse("The request has both Content-Length and Transfer-Encoding; send one.");
  }
  if (lengths.size() > 1) return refuse("The request has more than one Content-Length.");
  if (!lengths.empty()) {
    auto length = parse_length(lengths.front());
    if (!length) return refuse("Content-Length must be one decimal number.");
    head.framing.bytes = *length;
    return std::nullopt;
  }
  if (codings.empty()) return std::nullopt;
  if (head.old_client) return refuse("HTTP/1.0 has no Transfer-Encoding.");
  if (codings.size() > 1 || !equal_without_case(codings.front(), "chunked")) {
    return refuse("The only Transfer-Encoding taken is chunked, once.");
  }
  head.framing.chunked = true;
  return std::nullopt;
}

std::optional<Refusal> check_expectation(RequestHead& head) {
  if (head.old_client) return std::nullopt;  // RFC 9110 10.1.1: ignored
  for (auto expectation : head.fields.find_all("Expect")) {
    if (!equal_without_case(expectation, "100-continue")) {
      return Refusal{.status = 417, .detail = "The only expectation known is 100-continue."};
    }
    head.expects_continue = !head.framing.empty();
  }
  return std::nullopt;
}

bool has_option(const Fields& fields, std::string_view option) {
  for (auto list : fields.find_all("Connection")) {
    while (!list.empty()) {
      auto comma = std::min(list.find(','), list.size());
      auto word = list.substr(0, comma);
      list.remove_prefix(std::min(comma + 1, list.size()));
      auto begin = std::min(word.find_first_not_of(" \t"), word.size());
      word = word.substr(begin, word.find_last_not_of(" \t") + 1 - begin);
      if (equal_without_case(word, option)) return true;
    }
  }
  return false;
}

}  // namespace

bool is_valid_host(std::string_view host) {
  if (host.starts_with('[')) {
    auto end = host.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    auto inside = host.substr(1, end - 1);
    auto is_v6_letter = [](char c) {
      return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
             c == '.';
    };
    if (!std::all_of(inside.begin(), inside.end(), is_v6_letter)) return false;
    auto rest = host.substr(end + 1);
    return rest.empty() || (rest.front() == ':' && is_valid_port(rest.substr(1)));
  }
  auto colon = std::min(host.find(':'), host.size());
  auto name = host.substr(0, colon);
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_host_letter)) return false;
  return colon == host.size() || is_valid_port(host.substr(colon + 1));
}

std::optional<Refusal> apply_framing_rules(RequestHead& head, std::string_view target) {
  auto refusal = check_host(head, target);
  if (!refusal) refusal = check_lengths(head);
  if (!refusal) refusal = check_expectation(head);
  if (refusal) return refusal;
  auto close = has_option(head.fields, "close");
  head.keep_alive = !close && (!head.old_client || has_option(head.fields, "keep-alive"));
  return std::nullopt;
}

}  // namespace tapedeck::http
