#include "http/worker.h"

#include <cerrno>
#include <cstring>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/post.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/spawn.h"
#include "http/response_head.h"

namespace tapedeck::http {

namespace {
constexpr int accepts_a_turn = 64;  // then the connections there are have theirs
constexpr std::chrono::milliseconds descriptor_pause{100};

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;
}  // namespace

Worker::Worker(Door& door, std::vector<Descriptor> listeners) : bench_(door, context_) {
  for (auto& socket : listeners) {
    listeners_.push_back(std::make_unique<Listener>(context_, socket.release()));
    spawn(context_.get_executor(), accept_from(*listeners_.back()));
  }
}

Worker::~Worker() = default;

void Worker::run() {
  context_.run();
}

void Worker::stop() {
  asio::post(context_, [this] { begin_stop(); });
}

Task<void> Worker::accept_from(Listener& listener) {
  boost::system::error_code error;
  auto token = use_task_with(error);
  Timer pause(context_);
  while (bench_.stop == Stop::no) {
    co_await listener.async_wait(asio::posix::descriptor_base::wait_read, token);
    if (error || bench_.stop != Stop::no) co_return;
    if (accept_waiting(listener)) continue;
    pause.expires_after(descriptor_pause);
    co_await pause.async_wait(token);
  }
}

bool Worker::accept_waiting(Listener& listener) {
  for (int i = 0; i < accepts_a_turn; ++i) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    auto* address = reinterpret_cast<sockaddr*>(&storage);
    Descriptor socket(
        ::accept4(listener.native_handle(), address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      admit(std::move(socket), Peer{address_of(address)});
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      bench_.door.log.warning("cannot accept", {{"reason", std::strerror(errno)}});
      return false;
    }
    if (errno == EAGAIN) return true;  // others: that client is gone already
  }
  return true;
}

void Worker::admit(Descriptor socket, Peer peer) {
  auto& door = bench_.door;
  auto counted =
      peer.address && !peer.address->is_loopback() && !door.proxies.trusts(*peer.address);
  auto ticket = door.admission.admit(counted ? peer.address->group() : std::string());
  if (!ticket) return turn_away(socket);
  int on = 1;
  if (peer.address) setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  auto connection =
      std::make_unique<Connection>(bench_, socket.release(), peer, std::move(*ticket));
  auto& served = *connection;
  auto place = connections_.insert(connections_.end(), std::move(connection));
  auto ended = [this, place](std::exception_ptr) {
    connections_.erase(place);
    check_stopped();
  };
  spawn(context_.get_executor(), served.serve(), ended, served.cancellation());
}

/// Says why as far as one packet does; such a client gets no memory and no time.
void Worker::turn_away(const Descriptor& socket) {
  if (bench_.door.tls) return;
  Refusal refusal{.status = 503, .detail = "The server has too many connections; try again later."};
  auto response = make_response(refusal);
  response.fields.set("Retry-After", "5");
  auto text = problem_text(refusal);
  std::string bytes;
  ResponseFraming framing{.length = text.size(), .close = true};
  append_response_head(bytes, response, framing, bench_.date());
  bytes += text;
  auto sent = ::send(socket.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent < 0) return;
  ::shutdown(socket.number(), SHUT_WR);
  // What came already is taken off, or the close would reset the answer away.
  auto dropped = ::recv(socket.number(), bench_.received.get(), Workbench::receive_bytes, 0);
  if (dropped < 0) return;
}

void Worker::begin_stop() {
  bench_.stop = Stop::live_bodies;
  boost::system::error_code ignored;
  for (auto& listener : listeners_) listener->close(ignored);
  auto now = TimerWheel::Clock::now();
  bench_.wheel.arm(body_clock_, now + bench_.door.options.limits.stop_time / 2);
  bench_.wheel.arm(end_clock_, now + bench_.door.options.limits.stop_time);
  for (auto& connection : connections_) connection->notice_stop();
  check_stopped();
}

void Worker::end_bodies() {
  bench_.stop = Stop::all_bodies;
  for (auto& connection : connections_) connection->notice_stop();
}

void Worker::end_all() {
  for (auto& connection : connections_) connection->break_off();
}

void Worker::check_stopped() {
  if (bench_.stop == Stop::no || !connections_.empty()) return;
  body_clock_.disarm();
  end_clock_.disarm();
}

}  // namespace tapedeck::http
