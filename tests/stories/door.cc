#include "stories/door.h"

#include <stdexcept>
#include <thread>

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

class DirectDoor final : public Door {
 public:
  explicit DirectDoor(api::Api& api) : api_(api) {}

  PlainAnswer ask(const PlainRequest& plain) override {
    http::Request request;
    request.method = plain.method;
    auto target = http::parse_target(plain.target);
    if (!target) throw std::runtime_error("not a target: " + plain.target);
    request.target = *target;
    request.fields = plain.fields;
    request.fields.set("Host", "localhost");
    auto bytes = plain.body.value_or("");
    request.body_bytes = bytes.size();
    if (plain.chunked) request.body_bytes.reset();
    if (plain.body && !plain.chunked) {
      request.fields.set("Content-Length", std::to_string(bytes.size()));
    }
    request.body = std::make_unique<MemorySource>(std::move(bytes), chunk_bytes);
    request.remote_address = "127.0.0.1";
    return run_task(exchange(request));
  }

 private:
  Task<PlainAnswer> exchange(http::Request& request) {
    auto response = co_await api_.serve(request);
    auto answer = co_await plain_answer(response, request.method != "HEAD");
    co_return answer;
  }

  api::Api& api_;
};

class SocketDoor final : public Door {
 public:
  SocketDoor(api::Api& api, Log& log)
      : server_(
            server_options(), [&api](http::Request& r) { return api.serve(r); }, log),
        thread_([this] { server_.run(); }) {}

  ~SocketDoor() override {
    client_.reset();  // its connections keep the server waiting
    server_.stop();
    thread_.join();
  }

  PlainAnswer ask(const PlainRequest& plain) override {
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
};

}  // namespace

std::unique_ptr<Door> make_direct_door(api::Api& api) {
  return std::make_unique<DirectDoor>(api);
}

std::unique_ptr<Door> make_socket_door(api::Api& api, Log& log) {
  return std::make_unique<SocketDoor>(api, log);
}

}  // namespace tapedeck::stories
