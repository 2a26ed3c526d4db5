// For tests of the client: a server whose connections each follow a script, byte by byte.
#pragma once

#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/spawn.h"
#include "http/client.h"

namespace tapedeck::http {

/// An accepted connection with blocking calls.
class CannedConnection {
 public:
  explicit CannedConnection(int descriptor) : descriptor_(descriptor) {
    timeval patience{10, 0};  // a test that waits for what never comes ends, and fails
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  }
  ~CannedConnection() { close(descriptor_); }
  CannedConnection(const CannedConnection&) = delete;

  int descriptor() const { return descriptor_; }

  /// What was received up to and with `end`, or until the client ended.
  std::string read_until(const std::string& end) {
    std::string received;
    char byte = 0;
    while (!received.ends_with(end) && recv(descriptor_, &byte, 1, 0) == 1) received += byte;
    return received;
  }
  std::string read_head() { return read_until("\r\n\r\n"); }
  /// Everything until the client ends.
  std::string drain() {
    std::string received(64 * KiB, 0);
    std::string all;
    for (;;) {
      auto got = recv(descriptor_, received.data(), received.size(), 0);
      if (got <= 0) return all;
      all.append(received, 0, static_cast<std::size_t>(got));
    }
  }
  void write(const std::string& bytes) {
    EXPECT_EQ(send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  /// Ends at once with a reset, as a server does that is killed.
  void reset() {
    linger now{1, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  }

 private:
  const int descriptor_;
};

using Script = std::function<void(CannedConnection&)>;

/// Listens from construction; the destructor waits for the scripts. One that no connection came for
/// fails the test.
class CannedServer {
 public:
  explicit CannedServer(std::vector<Script> scripts) : scripts_(std::move(scripts)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listen_on(AF_INET, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    socklen_t size = sizeof(address);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  CannedServer(std::vector<Script> scripts, const std::string& path)
      : scripts_(std::move(scripts)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
    listen_on(AF_UNIX, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  }
  ~CannedServer() {
    thread_.join();
    close(listener_);
  }

  Origin origin() const { return {"http", "127.0.0.1", port_}; }
  std::uint16_t port() const { return port_; }

 private:
  void listen_on(int family, const sockaddr* address, socklen_t size) {
    listener_ = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(bind(listener_, address, size), 0);
    EXPECT_EQ(listen(listener_, 8), 0);
    timeval patience{10, 0};  // of accept
    setsockopt(listener_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    thread_ = std::thread([this] { serve(); });
  }
  void serve() {
    for (const auto& script : scripts_) {
      auto accepted = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (accepted < 0) {
        ADD_FAILURE() << "the client made fewer connections than there are scripts";
        return;
      }
      CannedConnection connection(accepted);
      script(connection);
    }
  }

  const std::vector<Script> scripts_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

/// An answer as a test sees it.
struct Answer {
  Response response;
  std::string body;
};

/// A client and the io_context that its tasks run on.
class ClientUnderTest {
 public:
  explicit ClientUnderTest(Origin origin, ClientOptions options = {})
      : client_(std::move(origin), std::move(options)) {}

  Response send(ClientRequest request) { return finish(client_.send(request)); }
  Answer fetch(ClientRequest request) {
    Answer answer{send(std::move(request)), ""};
    answer.body = finish(read_all(*answer.response.body, 64 * MiB));
    return answer;
  }
  Answer fetch(std::string target) { return fetch(ClientRequest{.target = std::move(target)}); }

  template <class T>
  T finish(Task<T> task) {
    std::optional<T> value;
    std::exception_ptr failed;
    spawn(context_.get_executor(), std::move(task), [&](std::exception_ptr error, T got) {
      failed = error;
      value.emplace(std::move(got));
    });
    context_.restart();
    while (!value) context_.run_one();
    if (failed) std::rethrow_exception(failed);
    return std::move(*value);
  }

 private:
  asio::io_context context_;
  Client client_;
};

}  // namespace tapedeck::http
