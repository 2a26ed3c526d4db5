// How client commands reach a server: its URL and a token.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "http/client.h"
#include "main/config.h"

namespace tapedeck {

/// Not safe for concurrent use.
class ServerDoor {
 public:
  /// Throws UsageError, with the cure, when there is no usable URL or no token.
  explicit ServerDoor(const Config& config);

  /// One call, blocking: the JSON of the answer. Throws Error with the server's words, or saying
  /// that it cannot be reached.
  json::value call(const std::string& method, const std::string& target,
                   const std::optional<json::object>& body = std::nullopt) const;

  /// For bodies that stream: a client for the tasks of one io_context, and the token on a request.
  http::Client make_client(http::ClientOptions options = {}) const;
  void authorize(http::ClientRequest& request) const;

  const std::string& url() const { return url_; }

 private:
  std::string url_;
  std::string token_;
  http::Origin origin_;
};

}  // namespace tapedeck
