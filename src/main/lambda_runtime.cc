#include "main/lambda_runtime.h"

#include <algorithm>
#include <utility>

#include "api/problem.h"
#include "base/error.h"
#include "base/json.h"
#include "main/lambda_answer.h"
#include "main/lambda_deadline.h"

namespace tapedeck::lambda {

namespace {

/// First the prelude, then the body, which breaks off at the deadline.
class StreamedAnswer final : public ByteSource {
 public:
  StreamedAnswer(std::string prelude, ByteSource* body, Env& env, Time deadline)
      : prelude_(std::move(prelude)), body_(body), env_(env), deadline_(deadline) {}

  Task<ByteView> read() override {
    if (!std::exchange(began_, true)) co_return prelude_;
    if (body_ == nullptr) co_return ByteView();
    auto executor = co_await asio::this_coro::executor;
    Bounded reading(executor, read_body());
    auto left = std::max(deadline_ - env_.now(), Millis(0));
    auto ended = co_await reading.wait(left);
    if (ended) co_return chunk_;
    reading.cancel();
    co_await reading.join();
    throw Error(Fault::unavailable, "Lambda's deadline came.");
  }

 private:
  Task<void> read_body() { chunk_ = co_await body_->read(); }

  const std::string prelude_;
  ByteSource* body_;  // null: none
  Env& env_;
  const Time deadline_;
  bool began_ = false;
  ByteView chunk_;
};

/// Lambda gives a time; emulators are about that give how long there is.
constexpr Time first_deadline{std::chrono::sys_days{std::chrono::year{2014} / 11 / 13}};

json::object json_of(const SweepReport& report) {
  return {{"purged", report.purged},
          {"recovered", report.recovered},
          {"joined", report.joined},
          {"blobs_seen", report.blobs_seen},
          {"blobs_erased", report.blobs_erased},
          {"failures", report.failures}};
}

/// What was thrown, as the answer to it.
http::Response answer_to(const std::exception_ptr& thrown, const std::string& request_id) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    if (error.fault() == Fault::too_large) return make_oversize_answer();
    return api::make_problem(error, request_id);
  } catch (const std::exception& error) {
    return api::make_problem(Error(Fault::internal, error.what()), request_id);
  }
}

}  // namespace

/// One request.
struct Runtime::Exchange {
  const Invocation& invocation;
  Gateway gateway;
  http::Request request;
  Time began;
  std::string_view outcome = "answered";
};

/// What is to be sent: the text, or the response as a stream.
struct Runtime::Outgoing {
  http::Response response;
  std::string text = {};
};

Runtime::Runtime(RuntimeApi& api, Duties duties, Env& env, Log& log, Options options)
    : api_(api), duties_(std::move(duties)), env_(env), log_(log), options_(options) {}

Task<void> Runtime::run() {
  for (;;) {
    auto invocation = co_await api_.next();
    co_await take(std::move(invocation));
  }
}

Task<void> Runtime::take(Invocation invocation) {
  auto& deadline = invocation.deadline;
  if (deadline < first_deadline) deadline = env_.now() + deadline.time_since_epoch();
  std::optional<Event> event;
  std::string fault;
  try {
    event.emplace(parse_event(std::exchange(invocation.event, {})));
  } catch (const Error& error) {
    fault = error.what();
  }
  if (!event) {
    log_.error("an event was not understood",
               {{"request_id", invocation.request_id}, {"detail", fault}});
    co_await api_.fail(invocation, "Tapedeck.InvalidEvent", fault);
    co_return;
  }
  if (auto scheduled = std::get_if<ScheduledEvent>(&*event)) {
    co_await take_clock(invocation, scheduled->all);
    co_return;
  }
  if (auto http_event = std::get_if<HttpEvent>(&*event)) {
    Exchange exchange{invocation, http_event->gateway, std::move(http_event->request), env_.now()};
    co_await take_request(exchange);
    co_return;
  }
  auto& refused = std::get<RefusedEvent>(*event);
  Exchange exchange{invocation, refused.gateway, {}, env_.now(), "refused"};
  Outgoing outgoing{std::move(refused.response)};
  co_await prepare(exchange, outgoing);
  co_await send(exchange, outgoing);
}

bool Runtime::streams_to(Gateway gateway) const {
  return options_.streams && gateway != Gateway::http;
}

Millis Runtime::time_left(const Invocation& invocation) {
  return std::max(invocation.deadline - env_.now() - options_.reserve, Millis(0));
}

Millis Runtime::time_to_answer(const Exchange& exchange) {
  auto left = time_left(exchange.invocation);
  if (streams_to(exchange.gateway)) return left;
  auto passed = env_.now() - exchange.began;
  return std::min(left, options_.gateway_time_max - options_.reserve - passed);
}

/// Brings the response into the form that is sent. Never throws.
Task<void> Runtime::prepare(const Exchange& exchange, Outgoing& outgoing) {
  if (streams_to(exchange.gateway)) co_return;
  auto& response = outgoing.response;
  std::exception_ptr thrown;
  try {
    outgoing.text = co_await make_buffered_answer(exchange.gateway, exchange.request, response);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (!thrown) co_return;
  response = answer_to(thrown, exchange.invocation.request_id);
  outgoing.text = co_await make_buffered_answer(exchange.gateway, exchange.request, response);
}

Task<void> Runtime::serve(Exchange& exchange, Outgoing& outgoing) {
  outgoing.response = co_await duties_.serve(exchange.request);
  co_await prepare(exchange, outgoing);
}

Task<void> Runtime::take_request(Exchange& exchange) {
  auto& fields = exchange.request.fields;
  const auto& invocation = exchange.invocation;
  if (!fields.contains("X-Request-Id")) fields.set("X-Request-Id", invocation.request_id);
  Outgoing outgoing;
  auto executor = co_await asio::this_coro::executor;
  Bounded work(executor, serve(exchange, outgoing));
  auto left = time_to_answer(exchange);
  auto ended = co_await work.wait(left);
  if (ended) {
    co_await send(exchange, outgoing);
    co_return;
  }
  work.cancel();
  exchange.outcome = "stopped at the deadline";
  std::exception_ptr failed;
  try {
    co_await send_late(exchange);
  } catch (...) {
    failed = std::current_exception();
  }
  co_await work.join();  // it uses the exchange
  if (failed) std::rethrow_exception(failed);
}

Task<void> Runtime::send_late(Exchange& exchange) {
  const Error late(Fault::unavailable, "Lambda's deadline came.");
  Outgoing outgoing{api::make_problem(late, exchange.invocation.request_id)};
  co_await prepare(exchange, outgoing);
  co_await send(exchange, outgoing);
}

Task<void> Runtime::send(Exchange& exchange, Outgoing& outgoing) {
  if (streams_to(exchange.gateway)) {
    co_await send_stream(exchange, outgoing.response);
  } else {
    auto taken = co_await api_.respond(exchange.invocation, std::move(outgoing.text));
    if (!taken) {
      exchange.outcome = "too large";
      co_await api_.fail(exchange.invocation, "Tapedeck.AnswerTooLarge",
                         "Lambda refused the size of the answer.");
    }
  }
  note(exchange, outgoing.response.status);
}

/// An answer that breaks off is the client's to notice. When it is the API that broke off, the next
/// call to it fails too, and is the one that ends the loop.
Task<void> Runtime::send_stream(Exchange& exchange, const http::Response& response) {
  auto deadline = exchange.invocation.deadline - options_.reserve / 2;
  StreamedAnswer answer(make_prelude(response), response.body.get(), env_, deadline);
  std::string broke;
  try {
    co_await api_.stream(exchange.invocation, answer);
  } catch (const std::exception& error) {
    broke = error.what();
  }
  if (broke.empty()) co_return;
  exchange.outcome = "broken off";
  log_.warning("an answer broke off",
               {{"request_id", exchange.invocation.request_id}, {"detail", broke}});
}

Task<void> Runtime::take_clock(const Invocation& invocation, bool all) {
  SweepReport report;
  auto sweep = [this, &report, all]() -> Task<void> {  // NOLINT: it outlives its task
    report = co_await duties_.sweep(all);
  };
  auto executor = co_await asio::this_coro::executor;
  Bounded work(executor, sweep());
  auto left = time_left(invocation);
  bool ended = false;
  std::string fault;
  try {
    ended = co_await work.wait(left);
  } catch (const std::exception& error) {
    fault = error.what();
  }
  work.cancel();
  co_await work.join();
  if (!fault.empty()) {
    log_.error("the sweep failed", {{"request_id", invocation.request_id}, {"detail", fault}});
    co_await api_.fail(invocation, "Tapedeck.SweepFailed", fault);
    co_return;
  }
  log_.info("swept", {{"request_id", invocation.request_id},
                      {"complete", ended},
                      {"recovered", report.recovered},
                      {"joined", report.joined},
                      {"failures", report.failures}});
  json::object answer{{"complete", ended}, {"report", json_of(report)}};
  co_await api_.respond(invocation, json::serialize(answer));
}

void Runtime::note(const Exchange& exchange, int status) {
  const auto& request = exchange.request;
  log_.info("request", {{"method", request.method},
                        {"target", request.target.raw},
                        {"status", status},
                        {"from", request.remote_address},
                        {"milliseconds", (env_.now() - exchange.began).count()},
                        {"outcome", exchange.outcome},
                        {"request_id", exchange.invocation.request_id},
                        {"trace_id", exchange.invocation.trace_id}});
}

}  // namespace tapedeck::lambda
