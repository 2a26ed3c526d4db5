// How admin commands reach a data folder: through the socket of the server that runs on it, or,
// when none does, by opening it themselves. Either way the same Admin answers the same request.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/json.h"
#include "main/answers.h"
#include "main/config.h"

namespace tapedeck {

/// Not safe for concurrent use. Holds the folder's lock while it lives when no server runs.
class AdminDoor {
 public:
  enum class Missing { refuse, make };  // what to do when there is no such folder

  /// Throws UsageError when there is no such folder and something is to be stored there, Error when
  /// another process than a server holds it.
  AdminDoor(const Config& config, Missing missing);
  ~AdminDoor();

  /// One call, blocking: the JSON of the answer. Throws Error with the answer's words.
  json::value call(const std::string& method, const std::string& target,
                   const std::optional<json::object>& body = std::nullopt);
  /// The same for an answer of lines.
  void stream(const std::string& target, const json::object& body, const TakeLine& take);

  /// Through a server's socket.
  bool beside_server() const { return socket_.has_value(); }

 private:
  struct Inside;
  std::optional<std::string> socket_;
  std::unique_ptr<Inside> inside_;  // when no server runs
};

/// The admin's socket of a data folder.
std::string admin_socket(const Config& config);
/// True when a server answers on it.
bool server_runs(const Config& config);

}  // namespace tapedeck
