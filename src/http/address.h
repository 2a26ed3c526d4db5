// Addresses of peers, as bytes: for counting and for recognising trusted proxies.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace tapedeck::http {

/// An IPv6 address; IPv4 is the mapped one (::ffff:a.b.c.d), so that both compare.
struct Address {
  std::array<unsigned char, 16> bytes{};

  bool is_v4() const;
  bool is_loopback() const;
  std::string text() const;  // "192.0.2.1", "2001:db8::1"
  /// What is counted as one client: the IPv4 address, or the /64 of an IPv6 one.
  std::string group() const;
  bool operator==(const Address&) const = default;
};

/// "192.0.2.1" or "2001:db8::1"; also in brackets and with a port, as proxies write them.
std::optional<Address> parse_address(std::string_view text);

/// Of an AF_INET or AF_INET6 socket; nothing for others.
std::optional<Address> address_of(const sockaddr* address);

/// "192.0.2.0/24", "fd00::/8", or one address.
struct Network {
  Address address;
  unsigned bits = 128;
  bool contains(const Address& other) const;
};

std::optional<Network> parse_network(std::string_view text);

}  // namespace tapedeck::http
