#include "http/wire.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

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
constexpr int ready_row_max = 16;

struct Parking {
  Resumption* place;
  bool await_ready() const noexcept { return false; }
  template <class P>
  void await_suspend(std::coroutine_handle<P> awaiting) const {
    *place = Resumption(awaiting.promise().course(), awaiting);
  }
  void await_resume() const noexcept {}
};
}  // namespace

void Wire::FreeSession::operator()(ssl_st* session) const {
  SSL_free(session);
}

Wire::Wire(Poller& poller, TimerWheel& wheel, int descriptor)
    : poller_(&poller), wheel_(&wheel), socket_(descriptor) {
  poller.add(*this, descriptor);
}

Wire::~Wire() = default;

void Wire::secure(ssl_st* session) {
  tls_.reset(session);
  SSL_set_fd(session, socket_.number());
  SSL_set_accept_state(session);
}

Step Wire::socket_step(ssize_t result) {
  if (result > 0) return {Step::Kind::done, static_cast<std::size_t>(result)};
  if (result == 0) return {Step::Kind::ended};
  if (errno == EINTR) return {Step::Kind::blocked};
  if (errno != EAGAIN && errno != EWOULDBLOCK) return {Step::Kind::broken};
  (wants_to_write_ ? writable_ : readable_) = false;
  return {Step::Kind::blocked};
}

/// Fewer bytes than there was room for: what comes after them makes a new edge.
void Wire::note_drained(const Step& step, std::size_t wanted) {
  if (step.kind == Step::Kind::done && step.bytes < wanted && !peer_ended_) readable_ = false;
}

Step Wire::tls_step(int result) {
  if (result > 0) return {Step::Kind::done, static_cast<std::size_t>(result)};
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      wants_to_write_ = readable_ = false;
      return {Step::Kind::blocked};
    case SSL_ERROR_WANT_WRITE:
      wants_to_write_ = true;
      writable_ = false;
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
  auto step = socket_step(::recv(socket_.number(), data, size, 0));
  note_drained(step, size);
  return step;
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
  return socket_step(::sendmsg(socket_.number(), &message, MSG_NOSIGNAL | (more ? MSG_MORE : 0)));
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
  return socket_step(::sendfile(socket_.number(), file, &at, size));
}

Task<Waited> Wire::wait(Clock::time_point until) {
  if (broken_off_) co_return Waited::interrupted;
  auto gives_way = is_ready();
  if (gives_way && ++ready_row_ < ready_row_max) co_return Waited::ready;
  ready_row_ = 0;
  expired_ = interrupted_ = false;
  if (gives_way) {
    poller_->schedule(*this);
  } else {
    wheel_->arm(*this, until);
  }
  Parking parking{&go_on_};
  co_await parking;
  disarm();
  if (broken_off_ || interrupted_) co_return Waited::interrupted;
  co_return is_ready() ? Waited::ready : Waited::timed_out;
}

/// Turns also come for edges of the other direction, and when nobody waits.
void Wire::take_turn() {
  if (!go_on_) return;
  auto is_over = is_ready() || expired_ || interrupted_ || broken_off_;
  if (!is_over) return;
  auto go_on = std::exchange(go_on_, Resumption());
  go_on();  // may destroy this
}

void Wire::expire() {
  expired_ = true;
  poller_->schedule(*this);
}

void Wire::interrupt() {
  if (!go_on_) return;
  interrupted_ = true;
  poller_->schedule(*this);
}

void Wire::end_sending() {
  if (tls_ && SSL_is_init_finished(tls_.get())) {
    ERR_clear_error();
    SSL_shutdown(tls_.get());
    ERR_clear_error();
  }
  ::shutdown(socket_.number(), SHUT_WR);
}

void Wire::break_off() {
  if (broken_off_) return;
  broken_off_ = true;
  ::shutdown(socket_.number(), SHUT_RDWR);
  interrupt();
}

}  // namespace tapedeck::http
