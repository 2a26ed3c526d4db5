#include "main/systemd.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "main/setting_values.h"

namespace tapedeck {

namespace {

constexpr int first_socket = 3;  // SD_LISTEN_FDS_START
constexpr std::uint32_t sockets_max = 64;

std::uint32_t number_in(const char* variable) {
  auto text = std::getenv(variable);
  return text ? parse_number(text, 0x7fff'ffff).value_or(0) : 0;
}

}  // namespace

std::vector<int> take_inherited_sockets() {
  std::vector<int> sockets;
  if (number_in("LISTEN_PID") == static_cast<std::uint32_t>(getpid())) {
    auto count = static_cast<int>(std::min(number_in("LISTEN_FDS"), sockets_max));
    for (int socket = first_socket; socket < first_socket + count; ++socket) {
      fcntl(socket, F_SETFD, FD_CLOEXEC);
      sockets.push_back(socket);
    }
  }
  for (auto variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) unsetenv(variable);
  return sockets;
}

std::string listen_address_of(int socket) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  auto* address = reinterpret_cast<sockaddr*>(&bound);
  int type = 0;
  socklen_t type_size = sizeof type;
  bool is_stream = getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &type_size) == 0 &&
                   type == SOCK_STREAM && getsockname(socket, address, &size) == 0;
  if (is_stream && bound.ss_family == AF_UNIX) {
    auto name_bytes = size - std::min<std::size_t>(size, offsetof(sockaddr_un, sun_path));
    const auto* name = reinterpret_cast<const sockaddr_un*>(&bound)->sun_path;
    return "unix:" + std::string(name, strnlen(name, name_bytes));
  }
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (!is_stream || getnameinfo(address, size, host.data(), host.size(), port.data(), port.size(),
                                NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    throw Error(Fault::invalid,
                fmt::format("The descriptor {} that systemd passed is no listening socket: use "
                            "ListenStream= in the socket unit.",
                            socket));
  }
  if (bound.ss_family == AF_INET6) return fmt::format("[{}]:{}", host.data(), port.data());
  return fmt::format("{}:{}", host.data(), port.data());
}

void notify_systemd(std::string_view state) {
  auto path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (!path || (path[0] != '/' && path[0] != '@')) return;
  auto length = std::strlen(path);
  if (length >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, length);
  if (path[0] == '@') address.sun_path[0] = '\0';  // the abstract namespace
  int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  sendto(socket, state.data(), state.size(), MSG_NOSIGNAL,
         reinterpret_cast<const sockaddr*>(&address), size);
  close(socket);
}

}  // namespace tapedeck
