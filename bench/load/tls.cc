#include "bench/load/tls.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <stdexcept>

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace load {

namespace {

SSL_CTX* client() {
  static SSL_CTX* context = [] {
    auto* made = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(made, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_verify(made, SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_read_ahead(made, 1);
    return made;
  }();
  return context;
}

int limited(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, INT_MAX));
}

}  // namespace

Tls::Tls(int socket) : session_(SSL_new(client())) {
  SSL_set_fd(session_, socket);
  if (SSL_connect(session_) != 1) {
    SSL_free(session_);
    throw std::runtime_error("no TLS with this server");
  }
  ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
}

Tls::~Tls() {
  SSL_free(session_);
}

ssize_t Tls::as_socket(int done) {
  if (done > 0) return done;
  auto why = SSL_get_error(session_, done);
  if (why == SSL_ERROR_ZERO_RETURN) return 0;
  errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN : EPIPE;
  return -1;
}

ssize_t Tls::send(const iovec& piece) {
  ERR_clear_error();
  return as_socket(SSL_write(session_, piece.iov_base, limited(piece.iov_len)));
}

ssize_t Tls::receive(char* to, std::size_t size) {
  ERR_clear_error();
  return as_socket(SSL_read(session_, to, limited(size)));
}

std::string Tls::agreed() const {
  return std::string(SSL_get_version(session_)) + " " + SSL_get_cipher_name(session_);
}

}  // namespace load
