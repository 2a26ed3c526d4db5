// Resolving: from a host's name to its addresses.
//
// A program that is linked statically brings another definition of find_addresses(): glibc's own
// getaddrinfo() works only beside the glibc that it was built with.
#pragma once

#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "base/task.h"
#include "base/time.h"

namespace tapedeck::http {

struct Addresses {
  boost::system::error_code failed;                // timed_out when there was no answer in time
  std::vector<asio::ip::tcp::endpoint> endpoints;  // in the order to try; none when it failed
};

/// The addresses of a name or an address as text. Never throws.
Task<Addresses> find_addresses(std::string host, std::uint16_t port, Millis at_most);

}  // namespace tapedeck::http
