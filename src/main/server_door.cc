#include "main/server_door.h"

#include <fmt/format.h>

#include "base/run_task.h"
#include "main/answers.h"

namespace tapedeck {

namespace {

Task<json::value> send(const ServerDoor& door, std::string method, std::string target,
                       std::optional<json::object> body) {
  auto client = door.make_client();
  http::ClientRequest request;
  request.method = std::move(method);
  request.target = std::move(target);
  door.authorize(request);
  std::unique_ptr<MemorySource> source;
  if (body) {
    auto text = json::serialize(*body);
    request.fields.set("Content-Type", "application/json");
    request.body_bytes = text.size();
    source = std::make_unique<MemorySource>(std::move(text));
    request.body = source.get();
  }
  auto response = co_await client.send(request);
  auto answer = co_await read_answer(response);
  co_return answer;
}

}  // namespace

ServerDoor::ServerDoor(const Config& config) : url_(config.server), token_(config.token) {
  auto origin = http::parse_origin(url_);
  if (!origin) {
    throw UsageError(
        fmt::format("\"{}\" is not a server's URL; write one like "
                    "http://localhost:8080, without a path.",
                    url_));
  }
  origin_ = *origin;
  if (token_.empty()) {
    throw UsageError(
        "A token is needed to talk to " + url_ +
        ". Set TAPEDECK_TOKEN, or TAPEDECK_TOKEN_FILE to a file with one. `tapedeck token add "
        "laptop --user NAME` makes one beside the data folder.");
  }
}

json::value ServerDoor::call(const std::string& method, const std::string& target,
                             const std::optional<json::object>& body) const {
  return run_task(send(*this, method, target, body));
}

http::Client ServerDoor::make_client(http::ClientOptions options) const {
  return {origin_, std::move(options)};
}

void ServerDoor::authorize(http::ClientRequest& request) const {
  request.fields.set("Authorization", "Bearer " + token_);
}

}  // namespace tapedeck
