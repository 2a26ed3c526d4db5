#include "main/lambda_emulator.h"

#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json.h"
#include "http/server.h"
#include "main/lambda_invocations.h"

namespace tapedeck::lambda {

namespace {

constexpr Millis late_grace{200};  // between the function's deadline and its end
constexpr ByteCount answer_json_bytes_max = 6 * MiB + 100 * KiB;
constexpr ByteCount error_bytes_max = 256 * KiB;
constexpr std::size_t prelude_bytes_max = 256 * KiB;
constexpr std::string_view prelude_end("\0\0\0\0\0\0\0\0", 8);

/// What the function streams, for the client that reads it. Its end, or the client's, ends the
/// function's post.
class Relay final : public ByteSource {
 public:
  Relay(Invocations& invocations, Invocations::Pointer invoked, std::string first, ByteSource& rest)
      : invocations_(invocations),
        invoked_(std::move(invoked)),
        first_(std::move(first)),
        rest_(rest) {}
  ~Relay() override { invocations_.end_reading(invoked_); }

  Task<ByteView> read() override {
    if (!first_.empty()) {
      given_ = std::exchange(first_, {});
      co_return given_;
    }
    co_return co_await rest_.read();
  }

 private:
  Invocations& invocations_;
  const Invocations::Pointer invoked_;
  std::string first_;
  std::string given_;
  ByteSource& rest_;
};

http::Response accepted() {
  return http::make_response(202, "application/json", R"({"status":"OK"})");
}

http::Response runtime_error(int status, std::string_view what) {
  json::object error{{"errorType", "Runtime.InvalidRequest"}, {"errorMessage", what}};
  return http::make_response(status, "application/json", json::serialize(error));
}

std::vector<std::string> addresses(const Emulator::Options& options) {
  std::vector<std::string> all{options.listen};
  for (std::size_t i = 0; i < options.instances; ++i) all.emplace_back("127.0.0.1:0");
  return all;
}

http::ServerOptions server_options(const Emulator::Options& options) {
  http::ServerOptions server;
  server.listen = addresses(options);
  server.threads = 1;
  server.limits.stop_time = std::chrono::seconds(2);
  return server;
}

}  // namespace

struct Emulator::Inside {
  Inside(Options given, Observers watching, Env& the_env, Log& log)
      : options(std::move(given)),
        observers(std::move(watching)),
        env(the_env),
        invocations(env),
        server(
            server_options(options), [this](http::Request& request) { return serve(request); },
            log) {}

  Task<http::Response> serve(http::Request& request);
  Task<http::Response> front(http::Request& request);
  Task<http::Response> runtime(http::Request& request, std::size_t instance);
  Task<http::Response> next(std::size_t instance);
  Task<http::Response> take_answer(http::Request& request, Invocations::Pointer invoked);
  Task<http::Response> take_stream(http::Request& request, Invocations::Pointer invoked);
  Task<http::Response> take_error(http::Request& request, Invocations::Pointer invoked);
  std::optional<std::size_t> instance_of(const http::Request& request) const;

  const Options options;
  const Observers observers;
  Env& env;
  Invocations invocations;
  http::Server server;
};

/// By the port in Host: an instance calls what its AWS_LAMBDA_RUNTIME_API says.
std::optional<std::size_t> Emulator::Inside::instance_of(const http::Request& request) const {
  auto host = request.fields.find("Host").value_or("");
  auto ports = server.ports();
  for (std::size_t i = 1; i < ports.size(); ++i) {
    if (host == fmt::format("127.0.0.1:{}", ports[i])) return i - 1;
  }
  return std::nullopt;
}

/// Total, as a door's handler is.
Task<http::Response> Emulator::Inside::serve(http::Request& request) {
  auto instance = instance_of(request);
  try {
    if (instance) co_return co_await runtime(request, *instance);
    co_return co_await front(request);
  } catch (const std::exception& error) {  // a body that broke off
    co_return runtime_error(400, error.what());
  }
}

Task<http::Response> Emulator::Inside::front(http::Request& request) {
  std::string body;
  std::exception_ptr failed;
  try {
    body = co_await read_all(*request.body, event_bytes_max);
  } catch (...) {
    failed = std::current_exception();
  }
  if (failed) co_return make_gateway_failure(413);
  auto event = make_event(options.gateway, request, body, env.now());
  body.clear();
  body.shrink_to_fit();
  if (event.size() > event_bytes_max) co_return make_gateway_failure(413);
  auto invoked = invocations.add(std::move(event), options.gateway.time_max, true);
  auto answered = co_await invocations.wait_for_response(invoked, late_grace);
  if (!answered) {
    invocations.give_up(invoked);
    if (invoked->instance && observers.on_late) observers.on_late(*invoked->instance);
    co_return make_gateway_failure(504);
  }
  auto response = std::move(*invoked->response);
  invocations.give_up(invoked);
  co_return response;
}

Task<http::Response> Emulator::Inside::runtime(http::Request& request, std::size_t instance) {
  const auto& path = request.target.segments;
  auto in_api = path.size() >= 3 && path[0] == "2018-06-01" && path[1] == "runtime";
  if (!in_api) co_return runtime_error(404, "There is nothing at this path.");
  if (path[2] == "init") {
    co_return co_await take_error(request, nullptr);
  }
  if (path.size() == 4 && path[3] == "next") co_return co_await next(instance);
  auto invoked = path.size() == 5 ? invocations.find(path[3]) : nullptr;
  if (!invoked) co_return runtime_error(400, "There is no such invocation.");
  if (path[4] == "error") co_return co_await take_error(request, invoked);
  auto mode = request.fields.find("Lambda-Runtime-Function-Response-Mode").value_or("");
  if (mode == "streaming") co_return co_await take_stream(request, invoked);
  co_return co_await take_answer(request, invoked);
}

Task<http::Response> Emulator::Inside::next(std::size_t instance) {
  auto invoked = co_await invocations.take(instance);
  if (!invoked) co_return runtime_error(500, "The emulator stops.");
  auto response = http::make_response(200, "application/json", std::move(invoked->event));
  auto deadline = invoked->deadline.time_since_epoch().count();
  response.fields.set("Lambda-Runtime-Aws-Request-Id", invoked->id);
  response.fields.set("Lambda-Runtime-Deadline-Ms", std::to_string(deadline));
  response.fields.set("Lambda-Runtime-Trace-Id",
                      "Root=1-00000000-000000000000000000000000;Sampled=0");
  response.fields.set("Lambda-Runtime-Invoked-Function-Arn",
                      "arn:aws:lambda:local:000000000000:function:tapedeck");
  co_return response;
}

Task<http::Response> Emulator::Inside::take_answer(http::Request& request,
                                                   Invocations::Pointer invoked) {
  std::string text;
  std::exception_ptr failed;
  try {
    text = co_await read_all(*request.body, answer_json_bytes_max);
  } catch (...) {
    failed = std::current_exception();
  }
  if (failed) co_return runtime_error(413, "The answer is larger than 6 MiB.");
  invocations.respond(invoked, parse_answer(text));
  co_return accepted();
}

Task<http::Response> Emulator::Inside::take_stream(http::Request& request,
                                                   Invocations::Pointer invoked) {
  std::string bytes;
  auto end = std::string::npos;
  while (end == std::string::npos && bytes.size() < prelude_bytes_max) {
    auto chunk = co_await request.body->read();
    if (chunk.empty()) break;
    bytes += chunk;
    end = bytes.find(prelude_end);
  }
  http::Response response;
  auto good = end != std::string::npos;
  try {
    if (good) response = parse_prelude(std::string_view(bytes).substr(0, end));
  } catch (const std::exception&) {
    good = false;
  }
  if (!good) {
    invocations.respond(invoked, make_gateway_failure(502));
    co_return runtime_error(400, "The stream has no prelude.");
  }
  bytes.erase(0, end + prelude_end.size());
  invoked->body_done = false;
  response.body = std::make_unique<Relay>(invocations, invoked, std::move(bytes), *request.body);
  invocations.respond(invoked, std::move(response));
  co_await invocations.wait_for_reader(invoked);
  co_return accepted();
}

Task<http::Response> Emulator::Inside::take_error(http::Request& request,
                                                  Invocations::Pointer invoked) {
  auto error = co_await read_all(*request.body, error_bytes_max);
  if (observers.on_error) observers.on_error(error);
  if (invoked) invocations.respond(invoked, make_gateway_failure(502));
  co_return accepted();
}

Emulator::Emulator(Options options, Observers observers, Env& env, Log& log)
    : inside_(std::make_unique<Inside>(std::move(options), std::move(observers), env, log)) {}
Emulator::~Emulator() = default;

void Emulator::run() {
  inside_->server.run();
}
void Emulator::stop() {
  inside_->invocations.stop();
  inside_->server.stop();
}
std::uint16_t Emulator::port() const {
  return inside_->server.ports().front();
}
std::string Emulator::runtime_api(std::size_t instance) const {
  return fmt::format("127.0.0.1:{}", inside_->server.ports().at(instance + 1));
}
void Emulator::forget(std::size_t instance) {
  inside_->invocations.forget(instance);
}
void Emulator::tick() {
  auto& inside = *inside_;
  inside.invocations.add(make_scheduled_event(inside.env.now()), inside.options.gateway.time_max,
                         false);
}

}  // namespace tapedeck::lambda
