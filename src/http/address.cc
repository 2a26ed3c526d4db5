#include "http/address.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace tapedeck::http {

namespace {
constexpr std::array<unsigned char, 12> v4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

Address mapped(const in_addr& v4) {
  Address address;
  std::copy(v4_prefix.begin(), v4_prefix.end(), address.bytes.begin());
  std::memcpy(&address.bytes[12], &v4, 4);
  return address;
}

/// Without brackets and port.
std::string_view bare(std::string_view text) {
  if (text.starts_with('[')) return text.substr(1, std::min(text.find(']'), text.size()) - 1);
  auto colon = text.find(':');
  if (colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos) {
    return text.substr(0, colon);
  }
  return text;
}
}  // namespace

bool Address::is_v4() const {
  return std::equal(v4_prefix.begin(), v4_prefix.end(), bytes.begin());
}

bool Address::is_loopback() const {
  if (is_v4()) return bytes[12] == 127;
  Address loopback;
  loopback.bytes[15] = 1;
  return *this == loopback;
}

std::string Address::text() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  auto family = is_v4() ? AF_INET : AF_INET6;
  inet_ntop(family, is_v4() ? &bytes[12] : bytes.data(), buffer.data(), buffer.size());
  return buffer.data();
}

std::string Address::group() const {
  auto* begin = reinterpret_cast<const char*>(bytes.data());
  return is_v4() ? std::string(begin + 12, 4) : std::string(begin, 8);
}

std::optional<Address> parse_address(std::string_view text) {
  std::string name(bare(text));
  in_addr v4{};
  if (inet_pton(AF_INET, name.c_str(), &v4) == 1) return mapped(v4);
  Address address;
  if (inet_pton(AF_INET6, name.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

std::optional<Address> address_of(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    return mapped(reinterpret_cast<const sockaddr_in*>(address)->sin_addr);
  }
  if (address->sa_family != AF_INET6) return std::nullopt;
  Address result;
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
  std::memcpy(result.bytes.data(), &v6->sin6_addr, 16);
  return result;
}

bool Network::contains(const Address& other) const {
  for (unsigned bit = 0; bit < bits; bit += 8) {
    auto left = std::min(8U, bits - bit);
    auto mask = 0xffU << (8U - left);
    if (((address.bytes[bit / 8] ^ other.bytes[bit / 8]) & mask & 0xffU) != 0) return false;
  }
  return true;
}

std::optional<Network> parse_network(std::string_view text) {
  auto slash = text.find('/');
  auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return Network{*address, 128};
  auto digits = text.substr(slash + 1);
  auto most = address->is_v4() ? 32U : 128U;
  unsigned bits = 0;
  auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (digits.empty() || parsed.ptr != digits.data() + digits.size() || bits > most) {
    return std::nullopt;
  }
  return Network{*address, address->is_v4() ? bits + 96 : bits};
}

}  // namespace tapedeck::http
