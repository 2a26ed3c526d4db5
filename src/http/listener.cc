#include "http/listener.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/error.h"
#include "http/unix_path.h"

namespace tapedeck::http {

namespace {

constexpr int backlog = 4096;   // the kernel lowers it to its own limit
constexpr int port_tries = 32;  // to find one port that is free for all addresses of a name

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage); }
  void set_port(std::uint16_t port) {
    if (storage.ss_family == AF_INET) {
      reinterpret_cast<sockaddr_in*>(&storage)->sin_port = htons(port);
    } else {
      reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port = htons(port);
    }
  }
  std::uint16_t port() const {
    auto* v4 = reinterpret_cast<const sockaddr_in*>(&storage);
    auto* v6 = reinterpret_cast<const sockaddr_in6*>(&storage);
    return ntohs(storage.ss_family == AF_INET ? v4->sin_port : v6->sin6_port);
  }
  std::string text() const {
    char host[NI_MAXHOST] = "";
    getnameinfo(raw(), size, host, sizeof host, nullptr, 0, NI_NUMERICHOST);
    return storage.ss_family == AF_INET ? fmt::format("{}:{}", host, port())
                                        : fmt::format("[{}]:{}", host, port());
  }
};

[[noreturn]] void refuse(const std::string& where, int error) {
  if (error == EADDRINUSE) {
    throw Error(Fault::invalid, where +
                                    " is in use by another program; stop it or choose another "
                                    "with --listen");
  }
  if (error == EACCES) {
    throw Error(Fault::invalid, where +
                                    " may not be listened on by this user; choose a port above "
                                    "1023 with --listen, or grant CAP_NET_BIND_SERVICE");
  }
  if (error == EADDRNOTAVAIL) {
    throw Error(Fault::invalid,
                where + " is no address of this machine; choose another with --listen");
  }
  throw Error(Fault::invalid, "cannot listen on " + where + ": " + std::strerror(error));
}

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};

HostPort parse_host_port(const std::string& text) {
  auto colon = text.rfind(':');
  HostPort result;
  auto wrong = [&] {
    return Error(Fault::invalid, "The listen address " + text +
                                     " is not HOST:PORT, [V6]:PORT, :PORT or unix:PATH.");
  };
  if (colon == std::string::npos) throw wrong();
  auto digits = std::string_view(text).substr(colon + 1);
  auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), result.port);
  if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) {
    throw wrong();
  }
  result.host = text.substr(0, colon);
  if (result.host.starts_with('[') && result.host.ends_with(']')) {
    result.host = result.host.substr(1, result.host.size() - 2);
  } else if (result.host.find(':') != std::string::npos) {
    throw wrong();
  }
  return result;
}

void add_addresses(std::vector<SocketAddress>& out, const char* host, const std::string& text) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  auto failure = getaddrinfo(host, "0", &hints, &found);
  if (failure != 0) {
    throw Error(Fault::invalid,
                fmt::format("cannot listen on {}: {}", text, gai_strerror(failure)));
  }
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  for (auto* entry = found; entry != nullptr; entry = entry->ai_next) {
    SocketAddress address;
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.size = entry->ai_addrlen;
    out.push_back(address);
  }
}

std::vector<SocketAddress> resolve(const HostPort& where, const std::string& text) {
  std::vector<SocketAddress> addresses;
  if (where.host == "localhost") {  // whatever /etc/hosts says
    add_addresses(addresses, "127.0.0.1", text);
    add_addresses(addresses, "::1", text);
  } else if (where.host.empty()) {
    add_addresses(addresses, "0.0.0.0", text);
    add_addresses(addresses, "::", text);
  } else {
    add_addresses(addresses, where.host.c_str(), text);
  }
  for (auto& address : addresses) address.set_port(where.port);
  return addresses;
}

/// A bound socket, or the reason why not in errno.
Descriptor bind_to(const SocketAddress& address, bool shared) {
  Descriptor socket(
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return socket;
  int on = 1;
  setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (shared) setsockopt(socket.number(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (address.storage.ss_family == AF_INET6) {
    setsockopt(socket.number(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  }
  if (::bind(socket.number(), address.raw(), address.size) != 0) return Descriptor();
  return socket;
}

std::uint16_t port_of(const Descriptor& socket) {
  SocketAddress bound;
  bound.size = sizeof bound.storage;
  getsockname(socket.number(), reinterpret_cast<sockaddr*>(&bound.storage), &bound.size);
  return bound.port();
}

/// Whether nobody listens there yet. SO_REUSEPORT alone would let a second server of the same
/// user share the port without a word, so it is first bound without.
int probe(SocketAddress& address) {
  auto socket = bind_to(address, false);
  if (!socket) return errno;
  if (::listen(socket.number(), 1) != 0) return errno;
  address.set_port(port_of(socket));
  return 0;
}

bool is_absent_family(int error) {
  return error == EADDRNOTAVAIL || error == EAFNOSUPPORT;
}

/// Settles on a port that is free for all addresses; drops those of a family that the machine
/// does not have, as long as one is left.
std::uint16_t choose_port(std::vector<SocketAddress>& addresses, std::uint16_t wanted) {
  for (int attempt = 1;; ++attempt) {
    auto port = wanted;
    auto failure = 0;
    std::string where;
    for (auto address = addresses.begin(); address != addresses.end();) {
      address->set_port(port);
      auto error = probe(*address);
      if (is_absent_family(error) && addresses.size() > 1) {
        address = addresses.erase(address);
        continue;
      }
      if (error != 0 && failure == 0) {
        failure = error;
        where = address->text();
      }
      if (port == 0) port = address->port();
      ++address;
    }
    if (failure == 0) return port;
    if (wanted != 0 || failure != EADDRINUSE || attempt == port_tries) refuse(where, failure);
  }
}

void listen_tcp(const std::string& text, Listening& listening) {
  auto where = parse_host_port(text);
  auto addresses = resolve(where, text);
  auto port = choose_port(addresses, where.port);
  for (auto& address : addresses) {
    address.set_port(port);
    for (auto& sockets : listening.by_thread) {
      auto socket = bind_to(address, true);
      if (!socket || ::listen(socket.number(), backlog) != 0) refuse(address.text(), errno);
      sockets.push_back(std::move(socket));
    }
  }
  listening.ports.push_back(port);
}

void share(Descriptor socket, std::vector<std::vector<Descriptor>>& by_thread) {
  for (std::size_t i = 1; i < by_thread.size(); ++i) {
    Descriptor copy(::fcntl(socket.number(), F_DUPFD_CLOEXEC, 0));
    if (!copy) refuse("a shared socket", errno);
    by_thread[i].push_back(std::move(copy));
  }
  by_thread[0].push_back(std::move(socket));
}

/// Removes a socket that a dead server left; refuses to touch anything else.
void remove_stale(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return;
  if (!S_ISSOCK(status.st_mode)) {
    throw Error(Fault::invalid, path + " exists and is not a socket; choose another with --listen");
  }
  if (listens_at(path)) refuse(path, EADDRINUSE);
  ::unlink(path.c_str());
}

void listen_unix(const std::string& path, Listening& listening) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  UnixPath reachable(path);
  reachable.text().copy(address.sun_path, sizeof address.sun_path - 1);
  remove_stale(path);
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  // The mode of the descriptor becomes that of the file: it is never open to others.
  if (!socket || ::fchmod(socket.number(), 0600) != 0 ||
      ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.number(), backlog) != 0) {
    refuse(path, errno);
  }
  share(std::move(socket), listening.by_thread);
  listening.ports.push_back(0);
  listening.paths.push_back(path);
}

}  // namespace

Listening listen_on(const std::vector<std::string>& addresses, std::size_t threads) {
  Listening listening;
  listening.by_thread.resize(threads);
  for (const auto& text : addresses) {
    if (text.starts_with("unix:")) {
      listen_unix(text.substr(5), listening);
    } else {
      listen_tcp(text, listening);
    }
  }
  return listening;
}

Listening listen_inherited(const std::vector<int>& descriptors, std::size_t threads) {
  Listening listening;
  listening.by_thread.resize(threads);
  for (auto number : descriptors) {
    Descriptor socket(number);
    auto flags = ::fcntl(number, F_GETFL);
    if (flags < 0) refuse(fmt::format("the inherited descriptor {}", number), errno);
    ::fcntl(number, F_SETFL, flags | O_NONBLOCK);
    ::fcntl(number, F_SETFD, FD_CLOEXEC);
    struct stat status{};
    ::fstat(number, &status);
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    if (::getsockname(number, reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
      refuse(fmt::format("the inherited descriptor {}", number), errno);
    }
    listening.ports.push_back(bound.ss_family == AF_UNIX ? std::uint16_t{0} : port_of(socket));
    share(std::move(socket), listening.by_thread);
  }
  return listening;
}

}  // namespace tapedeck::http
