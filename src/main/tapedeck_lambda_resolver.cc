// Of the program tapedeck-lambda, which is linked statically: names are resolved by c-ares, which
// reads /etc/hosts and /etc/resolv.conf itself, and not by a glibc that the machine may not have.
#include <array>
#include <cstring>
#include <memory>

#include <ares.h>
#include <poll.h>

#include "base/pool.h"
#include "http/resolver.h"

namespace tapedeck::http {

namespace {

using Clock = std::chrono::steady_clock;

/// One look-up on the thread that made it.
class Lookup {
 public:
  Lookup() {
    ares_options options{};
    options.timeout = 1'000;  // milliseconds, of one server
    options.tries = 3;
    usable_ =
        ares_init_options(&channel_, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES) == ARES_SUCCESS;
  }
  ~Lookup() {
    if (usable_) ares_destroy(channel_);  // calls `note` for what has not ended
  }
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

  Addresses run(const std::string& host, std::uint16_t port, Clock::time_point until) {
    if (!usable_) return {asio::error::no_recovery, {}};
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = ARES_AI_NUMERICSERV;
    auto service = std::to_string(port);
    ares_getaddrinfo(channel_, host.c_str(), service.c_str(), &hints, note, this);
    while (!done_) {
      if (Clock::now() >= until) return {asio::error::timed_out, {}};
      step(until);
    }
    return std::move(found_);
  }

 private:
  static void note(void* self, int status, int, ares_addrinfo* result) {
    auto& lookup = *static_cast<Lookup*>(self);
    lookup.done_ = true;
    if (status == ARES_SUCCESS) {
      for (auto node = result->nodes; node != nullptr; node = node->ai_next) lookup.add(*node);
    }
    if (result != nullptr) ares_freeaddrinfo(result);
    if (lookup.found_.endpoints.empty()) lookup.found_.failed = code_of(status);
  }

  static boost::system::error_code code_of(int status) {
    if (status == ARES_ETIMEOUT) return asio::error::timed_out;
    if (status == ARES_ENOTFOUND || status == ARES_ENODATA) return asio::error::host_not_found;
    return asio::error::host_not_found_try_again;
  }

  void add(const ares_addrinfo_node& node) {
    asio::ip::tcp::endpoint endpoint;
    if (node.ai_addrlen > endpoint.capacity()) return;
    std::memcpy(endpoint.data(), node.ai_addr, node.ai_addrlen);
    endpoint.resize(node.ai_addrlen);
    found_.endpoints.push_back(endpoint);
  }

  /// Waits for one of the channel's sockets, or its next timeout, and lets it go on.
  void step(Clock::time_point until) {
    std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
    auto wanted = ares_getsock(channel_, sockets.data(), ARES_GETSOCK_MAXNUM);
    std::array<pollfd, ARES_GETSOCK_MAXNUM> polled{};
    nfds_t count = 0;
    for (int i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
      short events = 0;
      if (ARES_GETSOCK_READABLE(wanted, i)) events |= POLLIN;
      if (ARES_GETSOCK_WRITABLE(wanted, i)) events |= POLLOUT;
      if (events != 0) polled[count++] = {sockets[static_cast<std::size_t>(i)], events, 0};
    }
    auto left = std::chrono::duration_cast<Millis>(until - Clock::now());
    auto wait = std::clamp(left, Millis(0), Millis(100));
    poll(polled.data(), count, static_cast<int>(wait.count()));
    for (nfds_t i = 0; i < count; ++i) {
      auto ready = polled[i].revents;
      auto read = (ready & (POLLIN | POLLERR | POLLHUP)) != 0 ? polled[i].fd : ARES_SOCKET_BAD;
      auto write = (ready & POLLOUT) != 0 ? polled[i].fd : ARES_SOCKET_BAD;
      ares_process_fd(channel_, read, write);
    }
    ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // its timeouts
  }

  ares_channel channel_{};
  bool usable_ = false;
  bool done_ = false;
  Addresses found_;
};

}  // namespace

Task<Addresses> find_addresses(std::string host, std::uint16_t port, Millis at_most) {
  boost::system::error_code no_address;
  auto address = asio::ip::make_address(host, no_address);
  if (!no_address) co_return Addresses{{}, {{address, port}}};
  static Pool pool({"resolver", 1});  // a connection is made seldom
  auto until = Clock::now() + at_most;
  auto look_up = [&] { return Lookup().run(host, port, until); };
  co_return co_await on(pool, look_up);
}

}  // namespace tapedeck::http
