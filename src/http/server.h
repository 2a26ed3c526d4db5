// The socket door: HTTP/1.1 (RFC 9112) over TCP, TLS or a Unix socket.
//
// One thread per io_context, each with its own listening sockets (SO_REUSEPORT); a connection and
// its handler stay on the thread that accepted them. Why, and what was measured: docs/decisions.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/log.h"
#include "http/message.h"

namespace tapedeck::http {

/// Every queue, buffer and wait of the server has its limit here.
struct ServerLimits {
  ByteCount request_line_bytes = 8 * KiB;
  ByteCount header_bytes = 32 * KiB;  // request line and all fields
  std::size_t header_fields = 100;
  ByteCount chunk_extension_bytes = 256;
  ByteCount drain_bytes = 64 * KiB;  // of an unread body, before the connection is closed instead
  std::size_t connections = 20'000;
  std::size_t connections_per_address = 256;  // per IPv4 address or IPv6 /64; loopback is exempt
  std::chrono::seconds header_time{10};       // for a whole head, once its first byte is there
  std::chrono::seconds keep_alive_time{75};   // between requests
  std::chrono::seconds body_idle_time{60};    // without a byte of the body
  std::chrono::seconds send_idle_time{60};    // without the client taking a byte
  std::chrono::seconds tls_handshake_time{10};
  std::chrono::seconds stop_time{8};  // for requests under way, when stopping
};

struct TlsOptions {
  std::string certificate_file;  // PEM chain; empty: no TLS
  std::string key_file;          // PEM
};

/// What the access log and the metrics learn of one request.
struct Exchange {
  std::string_view method;
  std::string_view target;  // raw; may hold a capability: redact it
  std::string_view remote_address;
  std::string_view request_id;  // the response's X-Request-Id, if it has one
  int status = 0;
  ByteCount received_bytes = 0;  // of the body
  ByteCount sent_bytes = 0;      // of the body
  std::chrono::microseconds duration{};
  bool complete = true;  // false: the connection ended before the answer did
};

struct ServerOptions {
  std::vector<std::string> listen{"localhost:8080"};  // HOST:PORT, [V6]:PORT, or unix:PATH (0600)
  std::size_t threads = 0;                            // 0: one per core
  TlsOptions tls;
  std::vector<std::string> trusted_proxies;  // addresses or CIDR whose X-Forwarded-* we believe
  ServerLimits limits;
  std::function<void(const Exchange&)> on_exchange;  // called on I/O threads; must not block
};

/// Listens from construction, so that a caller knows its port before it runs. When started by
/// systemd socket activation (LISTEN_FDS), `inherited` sockets are used instead of `listen`.
class Server {
 public:
  /// Throws Error{invalid} with what to change when an address cannot be listened on, or the
  /// certificate cannot be used.
  Server(ServerOptions options, Handler handler, Log& log, std::vector<int> inherited = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Serves until stop(); then returns when every connection has ended.
  void run();

  /// Safe from any thread and called once: stops accepting, lets ordinary requests finish, ends
  /// live bodies (their read() gives what arrived, then Error{unavailable}), and after
  /// limits.stop_time closes what is left.
  void stop();

  /// Reads certificate and key again, for new connections. Keeps the old ones and throws
  /// Error{invalid} when the new ones cannot be used. Safe from any thread.
  void reload_tls();

  /// The ports in use, in the order of `listen`; for tests that listen on port 0. 0 for a Unix
  /// socket.
  std::vector<std::uint16_t> ports() const;

  /// Connections open now.
  std::size_t connections() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace tapedeck::http
