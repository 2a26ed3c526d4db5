#include "main/systemd.h"

#include <array>
#include <cstring>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "main/config.h"

namespace tapedeck {
namespace {

/// A socket that is bound to an address and a free port, and on which nobody listens.
int bound_socket(int family, const char* address, int type = SOCK_STREAM) {
  int socket = ::socket(family, type, 0);
  sockaddr_in6 v6{};
  sockaddr_in v4{};
  v6.sin6_family = AF_INET6;
  v4.sin_family = AF_INET;
  int done = -1;
  if (family == AF_INET6) {
    inet_pton(family, address, &v6.sin6_addr);
    done = bind(socket, reinterpret_cast<sockaddr*>(&v6), sizeof v6);
  } else {
    inet_pton(family, address, &v4.sin_addr);
    done = bind(socket, reinterpret_cast<sockaddr*>(&v4), sizeof v4);
  }
  EXPECT_EQ(done, 0) << std::strerror(errno);
  return socket;
}

TEST(Systemd, says_an_inherited_address_as_the_setting_listen_would) {
  struct Case {
    int family;
    const char* address;
    std::string begin;
    SignupMode signup;  // that follows from who can connect
  };
  for (const auto& item : {Case{AF_INET, "127.0.0.1", "127.0.0.1:", SignupMode::open},
                           Case{AF_INET, "0.0.0.0", "0.0.0.0:", SignupMode::invite},
                           Case{AF_INET6, "::1", "[::1]:", SignupMode::open},
                           Case{AF_INET6, "::", "[::]:", SignupMode::invite}}) {
    int socket = bound_socket(item.family, item.address);
    auto text = listen_address_of(socket);
    close(socket);
    EXPECT_TRUE(text.starts_with(item.begin)) << text;
    Config config;
    config.listen = {text};
    EXPECT_EQ(signup_in_force(config), item.signup) << text;
  }
}

TEST(Systemd, refuses_what_is_no_stream_socket) {
  int datagrams = bound_socket(AF_INET, "127.0.0.1", SOCK_DGRAM);
  EXPECT_THROW(listen_address_of(datagrams), Error);
  close(datagrams);
  EXPECT_THROW(listen_address_of(-1), Error);
}

}  // namespace
}  // namespace tapedeck
