#include "stories/door.h"

#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/run_task.h"
#include "http/client.h"
#include "http/server.h"

namespace tapedeck::stories {

namespace {

constexpr std::size_t chunk_bytes = 10'000;  // odd on purpose: no border of ours
constexpr ByteCount answer_bytes_max = 64 * MiB;

Task<PlainAnswer> plain_answer(http::Response& response, bool with_body) {
  PlainAnswer answer{response.status, std::move(response.fields), ""};
  if (response.body && with_body) {
    answer.body = co_await read_all(*response.body, answer_bytes_max);
  }
  co_return answer;
}

/// What arrives of a body that breaks off, then the failure of the door.
class CutBody final : public ByteSource {
 public:
  explicit CutBody(std::string arrives) : arrives_(std::move(arrives), chunk_bytes) {}
  Task<ByteView> read() override {
    auto bytes = co_await arrives_.read();
    if (bytes.empty()) throw Error(Fault::invalid, "The body ended early.");
    co_return bytes;
  }

 private:
  MemorySource arrives_;
};

class DirectDoor final : public Door {
 public:
  explicit DirectDoor(api::Api& api) : api_(api) {}

  PlainAnswer ask(const PlainRequest& plain) override {
    auto body = std::make_unique<MemorySource>(plain.body.value_or(""), chunk_bytes);
    auto request = make_request(plain, std::move(body));
    return run_task(exchange(request));
  }

  void ask_and_cut(const PlainRequest& plain, std::size_t body_bytes) override {
    auto body = std::make_unique<CutBody>(plain.body.value_or("").substr(0, body_bytes));
    auto request = make_request(plain, std::move(body));
    run_task(exchange(request));
  }

 private:
  static http::Request make_request(const PlainRequest& plain, std::unique_ptr<ByteSource> body) {
    http::Request request;
    request.method = plain.method;
    auto target = http::parse_target(plain.target);
    if (!target) throw std::runtime_error("not a target: " + plain.target);
    request.target = *target;
    request.fields = plain.fields;
    request.fields.set("Host", "localhost");
    auto bytes = plain.body ? plain.body->size() : 0;
    request.body_bytes = bytes;
    if (plain.chunked) request.body_bytes.reset();
    if (plain.body && !plain.chunked) {
      request.fields.set("Content-Length", std::to_string(bytes));
    }
    request.body = std::move(body);
    request.remote_address = "127.0.0.1";
    return request;
  }

  Task<PlainAnswer> exchange(http::Request& request) {
    auto response = co_await api_.serve(request);
    auto answer = co_await plain_answer(response, request.method != "HEAD");
    co_return answer;
  }

  api::Api& api_;
};

/// A plain connection, to break off where no client would.
class RawConnection {
 public:
  explicit RawConnection(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("the server does not accept");
    }
  }
  ~RawConnection() { close(socket_); }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // it was refused meanwhile
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void end_sending() const { shutdown(socket_, SHUT_WR); }
  void wait_for_end() const {
    char ignored[1024];
    while (recv(socket_, ignored, sizeof ignored, 0) > 0) {
    }
  }

 private:
  const int socket_;
};

std::string head_of(const PlainRequest& plain) {
  auto head = plain.method + " " + plain.target + " HTTP/1.1\r\nHost: localhost\r\n";
  for (const auto& field : plain.fields) head += field.name + ": " + field.value + "\r\n";
  if (plain.chunked) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (plain.body) {
    head += "Content-Length: " + std::to_string(plain.body->size()) + "\r\n";
  }
  return head + "\r\n";
}

class SocketDoor final : public Door {
 public:
  SocketDoor(api::Api& api, Log& log)
      : server_(
            server_options(), [&api](http::Request& r) { return api.serve(r); }, log),
        thread_([this] { server_.run(); }) {}

  ~SocketDoor() override {
    client_.reset();  // its connections keep the server waiting
    cut_.reset();
    server_.stop();
    thread_.join();
  }

  PlainAnswer ask(const PlainRequest& plain) override {
    cut_.reset();
    http::ClientRequest request;
    request.method = plain.method;
    request.target = plain.target;
    request.fields = plain.fields;
    MemorySource body(plain.body.value_or(""), chunk_bytes);
    if (plain.body) {
      request.body = &body;
      request.body_bytes = plain.body->size();
      if (plain.chunked) request.body_bytes.reset();
    }
    return run_task(exchange(request));
  }

  void ask_and_cut(const PlainRequest& plain, std::size_t body_bytes) override {
    if (plain.chunked) throw std::logic_error("a chunked request is not cut here");
    cut_ = std::make_unique<RawConnection>(server_.ports().front());
    cut_->send(head_of(plain));
    cut_->send(std::string_view(*plain.body).substr(0, body_bytes));
    cut_->end_sending();
  }

  void settle() override {
    cut_->wait_for_end();
    cut_.reset();
  }

 private:
  static http::ServerOptions server_options() {
    http::ServerOptions options;
    options.listen = {"127.0.0.1:0"};
    options.threads = 1;
    return options;
  }

  Task<PlainAnswer> exchange(http::ClientRequest& request) {
    // A client belongs to one io_context, and every request here has its own.
    client_ = std::make_unique<http::Client>(
        http::Origin{"http", "127.0.0.1", server_.ports().front()}, http::ClientOptions{});
    auto response = co_await client_->send(request);
    auto answer = co_await plain_answer(response, true);
    response.body.reset();
    client_.reset();
    co_return answer;
  }

  http::Server server_;
  std::thread thread_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<RawConnection> cut_;
};

}  // namespace

std::unique_ptr<Door> make_direct_door(api::Api& api) {
  return std::make_unique<DirectDoor>(api);
}

std::unique_ptr<Door> make_socket_door(api::Api& api, Log& log) {
  return std::make_unique<SocketDoor>(api, log);
}

}  // namespace tapedeck::stories
