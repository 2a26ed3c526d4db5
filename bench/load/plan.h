// What to send, and how often.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace load {

struct Plan {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string method = "GET";
  std::string path = "/";            // "{n}" becomes a number that is used once
  std::vector<std::string> headers;  // "Name: value"
  std::uint64_t body_bytes = 0;
  bool has_body = false;  // also an empty body gets a Content-Length
  unsigned connections = 1;
  double seconds = 5;          // stop after this long …
  std::uint64_t requests = 0;  // … or after this many, when not 0
};

}  // namespace load
