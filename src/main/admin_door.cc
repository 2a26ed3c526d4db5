#include "main/admin_door.h"

#include <filesystem>

#include <fmt/format.h>

#include "base/run_task.h"
#include "http/client.h"
#include "http/target.h"
#include "http/unix_path.h"
#include "main/wiring.h"

namespace tapedeck {

namespace {

struct AdminRequest {
  std::string method;
  std::string target;
  std::string body;  // empty: none
};

Task<http::Response> answer_in_process(Wiring& wiring, http::Request& request,
                                       const AdminRequest& wanted) {
  request.method = wanted.method;
  request.target = *http::parse_target(wanted.target);
  request.body = std::make_unique<MemorySource>(wanted.body);
  request.body_bytes = wanted.body.size();
  request.local = true;
  auto response = co_await wiring.admin().serve(request);
  co_return response;
}

Task<json::value> call_in_process(Wiring& wiring, const AdminRequest& wanted) {
  http::Request request;
  auto response = co_await answer_in_process(wiring, request, wanted);
  auto answer = co_await read_answer(response);
  co_return answer;
}

Task<void> stream_in_process(Wiring& wiring, const AdminRequest& wanted, const TakeLine& take) {
  http::Request request;
  auto response = co_await answer_in_process(wiring, request, wanted);
  co_await read_lines(response, take);
}

http::Client client_of(const std::string& socket) {
  http::Origin origin;
  origin.scheme = "unix";
  origin.host = socket;
  http::ClientOptions options;
  options.idle_time = std::chrono::hours(24);  // a backup may be silent for long
  return {origin, options};
}

/// `body` is the source of the request's body, and lives as long as the request.
http::ClientRequest request_of(const AdminRequest& wanted, MemorySource& body) {
  http::ClientRequest request;
  request.method = wanted.method;
  request.target = wanted.target;
  if (wanted.body.empty()) return request;
  request.fields.set("Content-Type", "application/json");
  request.body = &body;
  request.body_bytes = wanted.body.size();
  return request;
}

Task<json::value> call_through(const std::string& socket, const AdminRequest& wanted) {
  auto client = client_of(socket);
  MemorySource body(wanted.body);
  auto request = request_of(wanted, body);
  auto response = co_await client.send(request);
  auto answer = co_await read_answer(response);
  co_return answer;
}

Task<void> stream_through(const std::string& socket, const AdminRequest& wanted,
                          const TakeLine& take) {
  auto client = client_of(socket);
  MemorySource body(wanted.body);
  auto request = request_of(wanted, body);
  auto response = co_await client.send(request);
  co_await read_lines(response, take);
}

void check_folder(const Config& config) {
  if (config.catalog == CatalogChoice::memory) {
    throw UsageError("No server runs on " + config.data.string() +
                     ", and what is kept in memory ends with its server. Start one first.");
  }
  if (config.catalog != CatalogChoice::sqlite) return;
  std::error_code ignored;
  if (std::filesystem::exists(config.data / "tapedeck.db", ignored)) return;
  throw UsageError("There is no Tapedeck data in the folder \"" + config.data.string() +
                   "\". Name the folder with --data DIR, or start a server there first.");
}

}  // namespace

struct AdminDoor::Inside {
  explicit Inside(const Config& config)
      : log({config.log_format, LogLevel::warning}), wiring(config, log) {}

  Log log;
  Wiring wiring;
};

std::string admin_socket(const Config& config) {
  return (config.data / "admin.sock").string();
}

bool server_runs(const Config& config) {
  return http::listens_at(admin_socket(config));
}

AdminDoor::AdminDoor(const Config& config, Missing missing) {
  if (server_runs(config)) {
    socket_ = admin_socket(config);
    return;
  }
  if (missing == Missing::refuse) check_folder(config);
  inside_ = std::make_unique<Inside>(config);
}

AdminDoor::~AdminDoor() = default;

json::value AdminDoor::call(const std::string& method, const std::string& target,
                            const std::optional<json::object>& body) {
  AdminRequest wanted{method, target, body ? json::serialize(*body) : std::string()};
  if (socket_) return run_task(call_through(*socket_, wanted));
  return run_task(call_in_process(inside_->wiring, wanted));
}

void AdminDoor::stream(const std::string& target, const json::object& body, const TakeLine& take) {
  AdminRequest wanted{"POST", target, json::serialize(body)};
  if (socket_) {
    run_task(stream_through(*socket_, wanted, take));
  } else {
    run_task(stream_in_process(inside_->wiring, wanted, take));
  }
}

}  // namespace tapedeck
