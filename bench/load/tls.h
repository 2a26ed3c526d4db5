// TLS for a connection of the generator.
#pragma once

#include <memory>
#include <string>

#include <sys/types.h>
#include <sys/uio.h>

struct ssl_st;

namespace load {

/// A TLS client on a connected socket that it does not own. The server's certificate is not
/// checked: the bench makes its own. Sends and receives like a non-blocking socket: -1 with EAGAIN
/// in errno when it must wait, -1 with another when broken, 0 at the end.
class Tls {
 public:
  /// Shakes hands, blocking, and then makes the socket non-blocking. Throws std::runtime_error.
  explicit Tls(int socket);
  ~Tls();
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  ssize_t send(const iovec& piece);
  ssize_t receive(char* to, std::size_t size);
  /// As "TLSv1.3 TLS_AES_256_GCM_SHA384".
  std::string agreed() const;

 private:
  ssize_t as_socket(int done);

  ssl_st* session_ = nullptr;
};

}  // namespace load
