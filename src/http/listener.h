// Listening: addresses of the configuration as sockets, one set for each I/O thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "http/descriptor.h"

namespace tapedeck::http {

struct Listening {
  std::vector<std::vector<Descriptor>> by_thread;  // non-blocking; accept on them
  std::vector<std::uint16_t> ports;                // in the order of the addresses
  std::vector<std::string> paths;                  // of Unix sockets that we made
};

/// "localhost:8080" is both loopback addresses, ":8080" everything, port 0 a free port (the same
/// for all addresses of the name), "unix:PATH" a socket with mode 0600. Throws Error{invalid} with
/// what to change.
Listening listen_on(const std::vector<std::string>& addresses, std::size_t threads);

/// Sockets that somebody else listens on already (systemd). Every thread accepts on each; takes
/// them over.
Listening listen_inherited(const std::vector<int>& descriptors, std::size_t threads);

}  // namespace tapedeck::http
