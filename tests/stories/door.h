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

/// Calls Api::serve.
std::unique_ptr<Door> make_direct_door(api::Api& api);
/// A real server on a port of its own, and a real client.
std::unique_ptr<Door> make_socket_door(api::Api& api, Log& log);

/// What a client talks to when the server is a Lambda function.
enum class LambdaFront { rest_api, http_api, function_url };

/// A gateway, the Runtime API and the function's own loop, as `lambda emulate` has them. A request
/// whose body breaks off gets no further than the gateway; there are no 1xx.
std::unique_ptr<Door> make_lambda_door(api::Api& api, LambdaFront front);

/// Whether the environment names the packaged function and the engines: TEST_PROGRAM,
/// TEST_ZIP.
bool has_packaged_function();
/// Whether all of a story's "with" lines are settings of the program.
bool can_be_packaged(const std::vector<std::string>& with);
/// The same in front of the packaged function, in a process of its own, with a table and a bucket
/// of its own. Blocks until it listens; throws when it does not.
std::unique_ptr<Door> make_packaged_door(LambdaFront front, const std::vector<std::string>& with);

}  // namespace tapedeck::stories
