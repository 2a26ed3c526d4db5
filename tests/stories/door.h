// Doors: the ways a request reaches the Api. Each answers a plain request with a plain answer.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/api.h"
#include "http/fields.h"

namespace tapedeck::stories {

struct PlainRequest {
  std::string method;
  std::string target;
  http::Fields fields;
  std::optional<std::string> body;
  bool chunked = false;
};

struct PlainAnswer {
  int status = 0;
  http::Fields fields;
  std::string body;
};

/// For one thread; must not outlive the Api.
class Door {
 public:
  virtual ~Door() = default;
  virtual PlainAnswer ask(const PlainRequest& request) = 0;
  /// Announces the whole request, sends no more than so many bytes of its body, then breaks off.
  virtual void ask_and_cut(const PlainRequest& request, std::size_t body_bytes) = 0;
  /// Waits until the server has dealt with the request that was cut last. Without it the next one
  /// races with that, as in life.
  virtual void settle() {}
};

/// Calls Api::serve, as the Lambda runtime will.
std::unique_ptr<Door> make_direct_door(api::Api& api);
/// A real server on a port of its own, and a real client.
std::unique_ptr<Door> make_socket_door(api::Api& api, Log& log);

}  // namespace tapedeck::stories
