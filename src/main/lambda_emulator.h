// Emulator: a gateway and a Runtime API on loopback, so that the packaged function runs without
// AWS.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/log.h"
#include "main/lambda_gateway.h"

namespace tapedeck::lambda {

/// Serves HTTP clients at one address. Each of their requests becomes an event, which an instance
/// of the function fetches at the instance's own address, and whose answer it posts there; one
/// event at a time, as Lambda does it.
///
/// All of it is one server with one thread; what an instance sends is told by the port it calls.
class Emulator {
 public:
  struct Options {
    std::string listen = "localhost:9000";
    std::size_t instances = 2;
    GatewayOptions gateway;
  };

  /// What the function did that Lambda would count as its error; for whoever shows or tests it.
  struct Observers {
    std::function<void(const std::string& error)> on_error;
    /// The instance let its time pass: Lambda kills it then. On the server's thread.
    std::function<void(std::size_t instance)> on_late;
  };

  /// Listens from construction. Throws Error{invalid} when it cannot.
  Emulator(Options options, Observers observers, Env& env, Log& log);
  ~Emulator();
  Emulator(const Emulator&) = delete;
  Emulator& operator=(const Emulator&) = delete;

  /// Serves until stop(), which is safe from any thread and called once.
  void run();
  void stop();

  std::uint16_t port() const;
  /// What AWS_LAMBDA_RUNTIME_API is for that instance: "127.0.0.1:PORT".
  std::string runtime_api(std::size_t instance) const;

  /// The instance has ended: whoever waits for its answer hears 502. Safe from any thread.
  void forget(std::size_t instance);

  /// Invokes the function with the clock's event, by some instance. Safe from any thread; nobody
  /// waits for it.
  void tick();

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace tapedeck::lambda
