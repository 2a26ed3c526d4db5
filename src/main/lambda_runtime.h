// The Lambda door: takes events from the Runtime API, one at a time, and answers them.
#pragma once

#include <functional>
#include <string>

#include "base/env.h"
#include "base/log.h"
#include "core/sweeper.h"
#include "http/message.h"
#include "main/lambda_event.h"
#include "main/lambda_runtime_api.h"

namespace tapedeck::lambda {

/// What a function does. Both outlive the Runtime's tasks.
struct Duties {
  http::Handler serve;
  std::function<Task<SweepReport>(bool all)> sweep;  // at the clock's event
};

class Runtime {
 public:
  struct Options {
    bool streams = false;             // answers to Function URLs and REST APIs go as they come
    Millis reserve{500};              // before Lambda's deadline: work stops, and the answer is 503
    Millis gateway_time_max{29'000};  // API Gateway waits no longer, whatever Lambda's deadline is
  };

  /// The references outlive it.
  Runtime(RuntimeApi& api, Duties duties, Env& env, Log& log, Options options);

  /// Answers events until the Runtime API breaks off; then throws Error{unavailable}. An event that
  /// cannot be answered is reported as the function's error, and the next one is taken. Work that
  /// was stopped at the deadline has ended before the next event is asked for.
  Task<void> run();

  /// One event, from its coming to its answer. Throws as run().
  Task<void> take(Invocation invocation);

 private:
  struct Exchange;
  struct Outgoing;
  Task<void> take_request(Exchange& exchange);
  Task<void> take_clock(const Invocation& invocation, bool all);
  Task<void> serve(Exchange& exchange, Outgoing& outgoing);
  Task<void> prepare(const Exchange& exchange, Outgoing& outgoing);
  Task<void> send(Exchange& exchange, Outgoing& outgoing);
  Task<void> send_late(Exchange& exchange);
  Task<void> send_stream(Exchange& exchange, const http::Response& response);
  void note(const Exchange& exchange, int status);
  bool streams_to(Gateway gateway) const;
  Millis time_left(const Invocation& invocation);
  Millis time_to_answer(const Exchange& exchange);

  RuntimeApi& api_;
  const Duties duties_;
  Env& env_;
  Log& log_;
  const Options options_;
};

}  // namespace tapedeck::lambda
