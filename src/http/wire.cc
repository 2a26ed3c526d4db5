#include "http/wire.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <boost/asio/redirect_error.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/check.h"

namespace tapedeck::http {

namespace {
constexpr std::size_t parts_max = 4;
constexpr std::size_t tls_record_bytes = 16 * KiB;
}  // namespace

void Wire::FreeSession::operator()(ssl_st* session) const {
  SSL_free(session);
}

Wire::Wire(asio::io_context& context, TimerWheel& wheel, int descriptor)
    : wheel_(&wheel), socket_(context, descriptor) {}

Wire::~Wire() = default;

void Wire::secure(ssl_st* session) {
  tls_.reset(session);
  SSL_set_fd(session, socket_.native_handle());
  SSL_set_accept_state(session);
}

Step Wire::socket_step(ssize_t result) {
  if (result > 0) return {Step::Kind::done, static_cast<std::size_t>(result)};
  if (result == 0) return {Step::Kind::ended};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {Step::Kind::blocked};
  return {Step::Kind::broken};
}

Step Wire::tls_step(int result) {
  if (result > 0) return {Step::Kind::done, static_cast<std::size_t>(result)};
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      wants_to_write_ = false;
      return {Step::Kind::blocked};
    case SSL_ERROR_WANT_WRITE:
      wants_to_write_ = true;
      return {Step::Kind::blocked};
    case SSL_ERROR_ZERO_RETURN:
      return {Step::Kind::ended};
    default:
      ERR_clear_error();
      return {Step::Kind::broken};
  }
}

Step Wire::accept_tls() {
  if (broken_off_) return {Step::Kind::broken};
  ERR_clear_error();
  return tls_step(SSL_do_handshake(tls_.get()));
}

Step Wire::receive(char* data, std::size_t size) {
  if (broken_off_) return {Step::Kind::broken};
  if (tls_) {
    ERR_clear_error();
    auto most = static_cast<int>(std::min<std::size_t>(size, 1 << 30));
    return tls_step(SSL_read(tls_.get(), data, most));
  }
  wants_to_write_ = false;
  return socket_step(::recv(socket_.native_handle(), data, size, 0));
}

Step Wire::send(std::span<const ByteView> parts, bool more) {
  if (broken_off_) return {Step::Kind::broken};
  if (tls_) return send_tls(parts);
  std::array<iovec, parts_max> vectors{};
  MUST(parts.size() <= parts_max);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    vectors[i] = {const_cast<char*>(parts[i].data()), parts[i].size()};
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = parts.size();
  wants_to_write_ = true;
  return socket_step(
      ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | (more ? MSG_MORE : 0)));
}

Step Wire::send_tls(std::span<const ByteView> parts) {
  ERR_clear_error();
  std::size_t total = 0;
  for (auto part : parts) total += part.size();
  std::array<char, tls_record_bytes> joined;
  if (parts.size() > 1 && total <= joined.size()) {  // one record, not one for each part
    auto* end = joined.data();
    for (auto part : parts) end = std::copy(part.begin(), part.end(), end);
    return tls_step(SSL_write(tls_.get(), joined.data(), static_cast<int>(total)));
  }
  auto part = std::find_if(parts.begin(), parts.end(), [](ByteView p) { return !p.empty(); });
  MUST(part != parts.end());
  auto most = static_cast<int>(std::min<std::size_t>(part->size(), 1 << 30));
  return tls_step(SSL_write(tls_.get(), part->data(), most));
}

Step Wire::send_file(int file, ByteCount offset, std::size_t size) {
  if (broken_off_) return {Step::Kind::broken};
  auto at = static_cast<off_t>(offset);
  wants_to_write_ = true;
  return socket_step(::sendfile(socket_.native_handle(), file, &at, size));
}

Task<Waited> Wire::wait(Clock::time_point until) {
  if (broken_off_) co_return Waited::interrupted;
  expired_ = interrupted_ = false;
  waiting_ = true;
  wheel_->arm(*this, until);
  boost::system::error_code error;
  auto token = asio::redirect_error(use_task, error);
  auto direction = wants_to_write_ ? asio::posix::descriptor_base::wait_write
                                   : asio::posix::descriptor_base::wait_read;
  co_await socket_.async_wait(direction, token);
  waiting_ = false;
  disarm();
  if (broken_off_ || interrupted_) co_return Waited::interrupted;
  if (!error) co_return Waited::ready;
  co_return expired_ ? Waited::timed_out : Waited::interrupted;
}

void Wire::expire() {
  expired_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Wire::interrupt() {
  if (!waiting_) return;
  interrupted_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Wire::end_sending() {
  if (tls_ && SSL_is_init_finished(tls_.get())) {
    ERR_clear_error();
    SSL_shutdown(tls_.get());
    ERR_clear_error();
  }
  ::shutdown(socket_.native_handle(), SHUT_WR);
}

void Wire::break_off() {
  if (broken_off_) return;
  broken_off_ = true;
  ::shutdown(socket_.native_handle(), SHUT_RDWR);
  interrupt();
}

}  // namespace tapedeck::http
