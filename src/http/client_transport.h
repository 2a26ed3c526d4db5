// The connections of the outgoing client: bytes to and from one origin over TCP, TLS or a Unix
// socket.
#pragma once

#include <memory>
#include <span>

#include "base/byte_source.h"
#include "http/client.h"

namespace tapedeck::http {

/// An open connection. One read and one write may be under way at the same time; not safe for
/// threads. All calls throw Error{unavailable} when the peer breaks off, or when no byte has moved
/// in either direction for ClientOptions::idle_time while a call waits.
class ClientTransport {
 public:
  virtual ~ClientTransport() = default;

  /// At least one byte, or 0 when the peer has ended its side.
  virtual Task<std::size_t> read_some(std::span<char> into) = 0;
  /// All of them.
  virtual Task<void> write(ByteView bytes) = 0;
  /// Ends our side; a write under way fails, reads go on.
  virtual void stop_sending() = 0;
  /// Fails every call, now and later.
  virtual void close() = 0;
  /// True when it is open and nothing waits to be read: fit for another request.
  virtual bool is_quiet() = 0;
};

/// Makes connections to one origin.
class Dialer {
 public:
  Dialer(Origin origin, ClientOptions options);
  ~Dialer();

  /// Throws Error{unavailable} with who could not be reached and why.
  Task<std::unique_ptr<ClientTransport>> connect();

  /// "http://localhost:8080", for messages.
  std::string name() const;
  /// What Host says.
  std::string host_field() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace tapedeck::http
