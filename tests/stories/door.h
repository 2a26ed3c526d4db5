// Doors: the ways a request reaches the Api. Each answers a plain request with a plain answer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/api.h"
#include "http/fields.h"

namespace tapedeck::stories {

struct PlainRequest {
  std::string method;
  std::string target;
  http::Fields fields;
  std::optional<std::string> body;
  bool chunked = false;
  bool breaks = false;  // the connection breaks after these bytes of the body; there is no answer
  std::optional<std::size_t> announced_bytes = {};  // of one that breaks; else one more than it has
};

struct PlainAnswer {
  int status = 0;  // 0: none
  http::Fields fields;
  std::string body;
  std::vector<PlainAnswer> early;  // 1xx, in order
};

/// For one thread; must not outlive the Api.
class Door {
 public:
  virtual ~Door() = default;
  virtual PlainAnswer ask(const PlainRequest& request) = 0;
};

/// Asks the server that the target, a URL, names.
PlainAnswer ask_elsewhere(PlainRequest request);

/// Calls Api::serve, as the Lambda runtime will.
std::unique_ptr<Door> make_direct_door(api::Api& api);
/// A real server on a port of its own, and a real client.
std::unique_ptr<Door> make_socket_door(api::Api& api, Log& log);

}  // namespace tapedeck::stories
