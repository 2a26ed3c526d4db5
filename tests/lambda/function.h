// A function under the emulator, in this process: the real runtime, a real gateway's manners, and
// duties that a test gives.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/run_task.h"
#include "http/client.h"
#include "main/lambda_emulator.h"
#include "main/lambda_runtime.h"

namespace tapedeck::lambda {

struct FunctionOptions {
  GatewayOptions gateway;
  bool streams = false;
};

/// What a client of it hears.
struct Heard {
  http::Response response;
  std::string body;
  bool whole = true;  // false: the body broke off
};

class Function {
 public:
  Function(FunctionOptions options, Duties duties)
      : log_({LogFormat::json, LogLevel::error}),
        emulator_(emulator_options(options), observers(), env_, log_),
        serving_([this] { emulator_.run(); }),
        working_([this, options, duties] { work(options, duties); }) {}

  ~Function() {
    emulator_.stop();
    serving_.join();
    working_.join();
  }

  Heard ask(http::ClientRequest request) { return run_task(exchange(request)); }
  Heard ask(std::string method, std::string target, std::string body = "",
            std::string type = "application/json") {
    http::ClientRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    if (body.empty()) return ask(std::move(request));
    request.fields.set("Content-Type", std::move(type));
    request.body_bytes = body.size();
    MemorySource source(std::move(body));
    request.body = &source;
    return run_task(exchange(request));
  }

  void tick() { emulator_.tick(); }

  std::vector<std::string> errors() {
    std::lock_guard lock(mutex_);
    return errors_;
  }
  bool was_late() {
    std::lock_guard lock(mutex_);
    return late_;
  }

 private:
  static Emulator::Options emulator_options(const FunctionOptions& options) {
    Emulator::Options emulator;
    emulator.listen = "127.0.0.1:0";
    emulator.instances = 1;
    emulator.gateway = options.gateway;
    return emulator;
  }

  Emulator::Observers observers() {
    return {.on_error =
                [this](const std::string& error) {
                  std::lock_guard lock(mutex_);
                  errors_.push_back(error);
                },
            .on_late =
                [this](std::size_t) {
                  std::lock_guard lock(mutex_);
                  late_ = true;
                }};
  }

  void work(const FunctionOptions& options, const Duties& duties) {
    asio::io_context context(1);  // the API's connections belong to it
    RuntimeApi api(*parse_runtime_api(emulator_.runtime_api(0)));
    Runtime::Options chosen;
    chosen.streams = options.streams;
    Runtime runtime(api, duties, env_, log_, chosen);
    try {
      run_task(context, runtime.run());
    } catch (const Error&) {
      return;  // the emulator stopped
    }
  }

  Task<Heard> exchange(http::ClientRequest& request) {
    http::Client client({"http", "127.0.0.1", emulator_.port()}, {});
    Heard heard;
    heard.response = co_await client.send(request);
    try {
      for (;;) {
        auto chunk = co_await heard.response.body->read();
        if (chunk.empty()) break;
        heard.body += chunk;
      }
    } catch (const Error&) {
      heard.whole = false;
    }
    heard.response.body.reset();
    co_return heard;
  }

  SystemEnv env_;
  Log log_;
  std::mutex mutex_;
  std::vector<std::string> errors_;  // Guarded by mutex_.
  bool late_ = false;                // Guarded by mutex_.
  Emulator emulator_;
  std::thread serving_;
  std::thread working_;
};

}  // namespace tapedeck::lambda
