// What to send, and how often.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace load {

/// One request. "{n}" in path, headers, prefix and suffix becomes a number that is used once.
struct Step {
  std::string method = "GET";
  std::string path = "/";
  std::vector<std::string> headers;  // "Name: value"
  std::string prefix;                // the body: this,
  std::uint64_t body_bytes = 0;      // so many random bytes,
  std::string suffix;                // and this
  bool has_body = false;             // also an empty body gets a Content-Length
};

struct Plan {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  bool tls = false;
  Step first;
  std::optional<Step> then;  // sent, with the same number, when the first was answered with 2xx
  unsigned connections = 1;
  double seconds = 5;          // stop after this long …
  std::uint64_t requests = 0;  // … or after this many, when not 0
  double rate = 0;             // a second, in an open loop; 0: a closed loop
};

}  // namespace load
