// Who is really there, when a trusted proxy speaks for a client.
#pragma once

#include <string>
#include <vector>

#include "http/address.h"
#include "http/fields.h"

namespace tapedeck::http {

/// The proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. Constant.
class TrustedProxies {
 public:
  /// Addresses and CIDR networks. Throws Error{invalid} for anything else.
  explicit TrustedProxies(const std::vector<std::string>& networks);

  bool trusts(const Address& peer) const;

  struct Client {
    std::string address;
    bool secure = false;
  };
  /// For a trusted peer: the rightmost address that is not a trusted proxy, and whether the
  /// nearest proxy says that it was asked over https. Left of an entry that is no address nothing
  /// is believed.
  Client find_client(const Address& peer, const Fields& fields) const;

 private:
  std::vector<Network> networks_;
};

}  // namespace tapedeck::http
