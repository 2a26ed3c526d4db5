#include "stories/door.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include "base/run_task.h"
#include "http/client.h"
#include "http/server.h"

namespace tapedeck::stories {

namespace {

constexpr std::size_t chunk_bytes = 10'000;  // odd on purpose: no border of ours
constexpr ByteCount answer_bytes_max = 64 * MiB;

ByteCount announced_bytes(const PlainRequest& plain) {
  auto bytes = plain.body.value_or("").size();
  return plain.breaks ? plain.announced_bytes.value_or(bytes + 1) : bytes;
}

/// The body of a request. One that breaks off fails as a broken connection does.
class PlainBody final : public ByteSource {
 public:
  PlainBody(const PlainRequest& plain, std::function<void()> on_read)
      : bytes_(plain.body.value_or(""), chunk_bytes),
        breaks_(plain.breaks),
        on_read_(std::move(on_read)) {}

  Task<ByteView> read() override {
    if (on_read_) std::exchange(on_read_, nullptr)();
    auto bytes = co_await bytes_.read();
    if (bytes.empty() && breaks_) throw Error(Fault::invalid, "The connection broke.");
    co_return bytes;
  }

 private:
  MemorySource bytes_;
  const bool breaks_;
  std::function<void()> on_read_;
};

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
    auto bytes = announced_bytes(plain);
    if (!plain.chunked) request.body_bytes = bytes;
    if (plain.body && !plain.chunked) {
      request.fields.set("Content-Length", std::to_string(bytes));
    }
    std::vector<PlainAnswer> early;
    request.inform = [&](http::Response response) { return keep(std::move(response), early); };
    auto on_read = [&] {
      if (plain.fields.contains("Expect")) early.push_back({.status = 100});
    };
    request.body = std::make_unique<PlainBody>(plain, on_read);
    request.remote_address = "127.0.0.1";
    auto answer = run_task(exchange(request));
    if (plain.breaks) answer = {};
    answer.early = std::move(early);
    return answer;
  }

 private:
  static Task<void> keep(http::Response response, std::vector<PlainAnswer>& early) {
    early.push_back({.status = response.status, .fields = std::move(response.fields)});
    co_return;
  }

  Task<PlainAnswer> exchange(http::Request& request) {
    auto response = co_await api_.serve(request);
    PlainAnswer answer{.status = response.status, .fields = std::move(response.fields)};
    if (response.body && request.method != "HEAD") {
      answer.body = co_await read_all(*response.body, answer_bytes_max);
    }
    co_return answer;
  }

  api::Api& api_;
};

/// Waits until the server has done with so many requests.
class Exchanges {
 public:
  void count() {
    std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  void wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return count_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t count_ = 0;  // Guarded by mutex_.
};

Task<PlainAnswer> exchange_with(http::Origin origin, http::ClientRequest& request) {
  // A client belongs to one io_context, and every request here has its own.
  http::Client client(std::move(origin), http::ClientOptions{});
  auto response = co_await client.send(request);
  PlainAnswer answer{.status = response.status, .fields = std::move(response.fields)};
  answer.body = co_await read_all(*response.body, answer_bytes_max);
  response.body.reset();
  co_return answer;
}

class SocketDoor final : public Door {
 public:
  SocketDoor(api::Api& api, Log& log)
      : server_(
            server_options(exchanges_), [&api](http::Request& r) { return api.serve(r); }, log),
        thread_([this] { server_.run(); }) {}

  ~SocketDoor() override {
    server_.stop();
    thread_.join();
  }

  PlainAnswer ask(const PlainRequest& plain) override {
    http::ClientRequest request;
    request.method = plain.method;
    request.target = plain.target;
    request.fields = plain.fields;
    PlainBody body(plain, nullptr);
    if (plain.body) {
      request.body = &body;
      if (!plain.chunked) request.body_bytes = announced_bytes(plain);
    }
    std::vector<PlainAnswer> early;
    request.on_inform = [&](const http::Response& response) {
      early.push_back({.status = response.status, .fields = response.fields});
    };
    auto answer = plain.breaks ? break_off(request) : run_task(exchange(request));
    exchanges_.wait_for(++asked_);
    answer.early = std::move(early);
    return answer;
  }

 private:
  static http::ServerOptions server_options(Exchanges& exchanges) {
    http::ServerOptions options;
    options.listen = {"127.0.0.1:0"};
    options.threads = 1;
    options.on_exchange = [&exchanges](const http::Exchange&) { exchanges.count(); };
    return options;
  }

  PlainAnswer break_off(http::ClientRequest& request) {
    try {
      run_task(exchange(request));
    } catch (const Error&) {
      return {};  // as it was meant to be
    }
    return {};  // the server answered without reading all of it
  }

  Task<PlainAnswer> exchange(http::ClientRequest& request) {
    http::Origin origin{"http", "127.0.0.1", server_.ports().front()};
    co_return co_await exchange_with(std::move(origin), request);
  }

  Exchanges exchanges_;
  std::size_t asked_ = 0;
  http::Server server_;
  std::thread thread_;
};

}  // namespace

PlainAnswer ask_elsewhere(PlainRequest plain) {
  auto path = plain.target.find('/', plain.target.find("://") + 3);
  auto origin = http::parse_origin(plain.target.substr(0, path));
  if (!origin || path == std::string::npos) throw std::runtime_error("no URL: " + plain.target);
  http::ClientRequest request;
  request.method = plain.method;
  request.target = plain.target.substr(path);
  request.fields = plain.fields;
  PlainBody body(plain, nullptr);
  request.body = &body;
  request.body_bytes = announced_bytes(plain);
  return run_task(exchange_with(*origin, request));
}

std::unique_ptr<Door> make_direct_door(api::Api& api) {
  return std::make_unique<DirectDoor>(api);
}

std::unique_ptr<Door> make_socket_door(api::Api& api, Log& log) {
  return std::make_unique<SocketDoor>(api, log);
}

}  // namespace tapedeck::stories
