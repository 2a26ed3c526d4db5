// The outgoing door: HTTP/1.1 requests to other servers, from tasks.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/byte_source.h"
#include "http/fields.h"
#include "http/message.h"

namespace tapedeck::http {

/// Where to connect: "http://host:port", "https://host" or "unix:/path" (plain HTTP inside).
struct Origin {
  std::string scheme;  // http, https, unix
  std::string host;    // or the path of the socket
  std::uint16_t port = 0;
};

/// Nothing for anything else.
std::optional<Origin> parse_origin(std::string_view url);

struct ClientOptions {
  std::chrono::seconds connect_time{10};
  std::chrono::seconds idle_time{60};      // without a byte in either direction
  std::size_t idle_connections_max = 8;    // kept for the next requests
  std::string certificate_authority_file;  // empty: the system's
};

struct ClientRequest {
  std::string method = "GET";
  std::string target = "/";             // already encoded
  Fields fields;                        // without Host and framing
  ByteSource* body = nullptr;           // must outlive the call; null: none
  std::optional<ByteCount> body_bytes;  // nothing with a body: chunked
  /// For the whole exchange, to the last byte of the answer; connecting has its own time. Nothing:
  /// as long as bytes move.
  std::optional<std::chrono::milliseconds> time_max;
  /// Each informational (1xx) answer on the way to the final one; may be empty.
  std::function<void(const Response&)> on_inform;
};

/// Keeps connections to one origin alive between requests, and is for the tasks of one io_context.
/// Certificates are verified.
class Client {
 public:
  Client(Origin origin, ClientOptions options);
  ~Client();

  /// Sends the request and gives the final response when its head has come, which may be before all
  /// of the request was sent; the rest is not sent then. `body` is never null; it is pulled from
  /// the connection. Throws Error{unavailable} when the server cannot be reached or breaks off;
  /// says why. A request whose reused connection turns out dead is sent again once if it has no
  /// body.
  Task<Response> send(ClientRequest& request);

 private:
  struct Inside;
  std::shared_ptr<Inside> inside_;
};

}  // namespace tapedeck::http
