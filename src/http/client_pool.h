// ClientPool: calls to one origin from many threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "http/client.h"

namespace tapedeck::http {

/// Where a caller of another service sends its requests: that service, or a test in its place.
class Outbound {
 public:
  virtual ~Outbound() = default;
  /// As Client::send.
  virtual Task<Response> send(ClientRequest& request) = 0;
  /// What Host says.
  virtual std::string host() const = 0;
};

struct ClientPoolOptions {
  ClientOptions client{.connect_time = std::chrono::seconds{3},
                       .idle_time = std::chrono::seconds{15},
                       .idle_connections_max = 64};
  /// Of each io_context: calls whose answer has not begun. A body that is being read does not
  /// count: slow players must not keep others from being recorded.
  std::size_t calls_max = 64;
  std::size_t waiting_max = 1'024;  // calls that wait for their turn
};

/// Gives each io_context a Client of its own, made at its first call.
///
/// Safe for concurrent use. The connections belong to the io_context and are closed when it ends,
/// which may be before or after the end of the pool; a call or a body under way keeps what it
/// needs.
class ClientPool final : public Outbound {
 public:
  ClientPool(Origin origin, ClientPoolOptions options);
  ~ClientPool() override;

  /// Throws, besides what Client::send does, unavailable with retry_after when too many wait.
  Task<Response> send(ClientRequest& request) override;
  std::string host() const override;

 private:
  struct Lane;
  class Lanes;
  std::shared_ptr<Lane> lane_of(asio::io_context& context);

  const Origin origin_;
  const ClientPoolOptions options_;
  const std::uint64_t number_;  // no other pool of this process has it
};

}  // namespace tapedeck::http
