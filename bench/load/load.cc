// tapedeck_load: one thread that drives an HTTP server over many connections and tells, as one JSON
// object on stdout, how many requests a second it answered and how late. A closed loop: each
// connection sends its next request when the answer to the last one is there.
#include <cstdio>
#include <exception>
#include <memory>
#include <random>
#include <vector>

#include <CLI/CLI.hpp>
#include <sys/epoll.h>
#include <unistd.h>

#include "bench/load/connection.h"
#include "bench/load/histogram.h"
#include "bench/load/plan.h"

namespace load {

namespace {

struct Result {
  Histogram latency;
  std::uint64_t failures = 0;  // broken connections and answers other than 2xx
  int last_failure_status = 0;
  std::uint64_t received_bytes = 0;
  double seconds = 0;
};

std::string fill_in(std::string text, std::uint64_t number) {
  auto at = text.find("{n}");
  if (at != std::string::npos) text.replace(at, 3, std::to_string(number));
  return text;
}

class Run {
 public:
  explicit Run(const Plan& plan) : plan_(plan), epoll_(::epoll_create1(0)) {
    std::mt19937_64 random(42);  // incompressible, and the same in every run
    payload_.resize(4 << 20);
    for (char& c : payload_) c = static_cast<char>(random());
    first_number_ = (static_cast<std::uint64_t>(::getpid()) << 32);
  }
  ~Run() { ::close(epoll_); }

  Result go() {
    start_ = Clock::now();
    for (unsigned i = 0; i < plan_.connections; ++i) {
      connections_.push_back(std::make_unique<Connection>(Address{plan_.host, plan_.port, ""}));
      connections_.back()->open();
      next(i);
    }
    while (under_way_ > 0) turn();
    result_.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    return std::move(result_);
  }

 private:
  bool over() const {
    if (plan_.requests > 0) return begun_ >= plan_.requests;
    return Clock::now() - start_ >= std::chrono::duration<double>(plan_.seconds);
  }

  void next(std::size_t index) {
    if (over()) return;
    connections_[index]->begin(make_request(first_number_ + begun_++));
    ++under_way_;
    go_on(index, EPOLL_CTL_ADD);
  }

  Outgoing make_request(std::uint64_t number) const {
    Outgoing request;
    auto& head = request.head;
    head = plan_.method + " " + fill_in(plan_.path, number) + " HTTP/1.1\r\nHost: " + plan_.host;
    for (const auto& header : plan_.headers) head += "\r\n" + fill_in(header, number);
    if (plan_.has_body) head += "\r\nContent-Length: " + std::to_string(plan_.body_bytes);
    head += "\r\n\r\n";
    request.payload = payload_;
    request.body_bytes = plan_.has_body ? plan_.body_bytes : 0;
    request.is_head = plan_.method == "HEAD";
    return request;
  }

  void watch(std::size_t index, int operation) {
    auto& connection = *connections_[index];
    epoll_event event{};
    event.events = EPOLLIN | (connection.wants_to_write() ? EPOLLOUT : 0u);
    event.data.u64 = index;
    if (::epoll_ctl(epoll_, operation, connection.descriptor(), &event) != 0) {
      ::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.descriptor(), &event);
    }
  }

  void go_on(std::size_t index, int operation) {
    auto& connection = *connections_[index];
    switch (connection.go_on()) {
      case Connection::Progress::waiting:
        watch(index, operation);
        return;
      case Connection::Progress::answered:
        count(connection);
        break;
      case Connection::Progress::broken:
        ++result_.failures;
        connection.open();
        break;
    }
    --under_way_;
    next(index);
  }

  void count(const Connection& connection) {
    auto late = Clock::now() - connection.began();
    result_.latency.add(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(late).count()));
    result_.received_bytes += connection.received_bytes();
    if (connection.status() / 100 == 2) return;
    ++result_.failures;
    result_.last_failure_status = connection.status();
  }

  void turn() {
    epoll_event events[256];
    int ready = ::epoll_wait(epoll_, events, 256, 30'000);
    if (ready == 0) throw std::runtime_error("no answer for 30 s");
    for (int i = 0; i < ready; ++i) go_on(events[i].data.u64, EPOLL_CTL_MOD);
  }

  const Plan& plan_;
  const int epoll_;
  std::string payload_;
  std::uint64_t first_number_ = 0;
  std::vector<std::unique_ptr<Connection>> connections_;
  Clock::time_point start_;
  std::uint64_t begun_ = 0;
  std::size_t under_way_ = 0;
  Result result_;
};

void print(const Plan& plan, const Result& result) {
  auto total = static_cast<double>(result.latency.total());
  std::printf(
      "{\"requests\": %.0f, \"failures\": %llu, \"last_failure_status\": %d, \"seconds\": %.4f, "
      "\"per_second\": %.2f, \"sent_mib_per_second\": %.2f, \"received_mib_per_second\": %.2f, "
      "\"p50_us\": %llu, \"p90_us\": %llu, \"p99_us\": %llu, \"max_us\": %llu}\n",
      total, static_cast<unsigned long long>(result.failures), result.last_failure_status,
      result.seconds, total / result.seconds,
      total * static_cast<double>(plan.body_bytes) / result.seconds / 1048576.0,
      static_cast<double>(result.received_bytes) / result.seconds / 1048576.0,
      static_cast<unsigned long long>(result.latency.quantile(0.5)),
      static_cast<unsigned long long>(result.latency.quantile(0.9)),
      static_cast<unsigned long long>(result.latency.quantile(0.99)),
      static_cast<unsigned long long>(result.latency.max()));
}

}  // namespace
}  // namespace load

int main(int count, char** arguments) {
  load::Plan plan;
  CLI::App app{"Drives an HTTP server and prints what it did as JSON"};
  app.add_option("--host", plan.host, "IPv4 address");
  app.add_option("--port", plan.port, "TCP port")->required();
  app.add_option("--method", plan.method, "GET, PUT, …");
  app.add_option("--path", plan.path, "{n} becomes a number used once");
  app.add_option("--header", plan.headers, "'Name: value', several; {n} as in --path")
      ->take_all()
      ->allow_extra_args(false);
  auto* body = app.add_option("--body-bytes", plan.body_bytes, "size of each body");
  app.add_option("--connections", plan.connections, "at once");
  app.add_option("--seconds", plan.seconds, "how long");
  app.add_option("--requests", plan.requests, "how many, instead of how long");
  CLI11_PARSE(app, count, arguments);
  plan.has_body = body->count() > 0;
  try {
    load::Run run(plan);
    load::print(plan, run.go());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tapedeck_load: %s\n", error.what());
    return 1;
  }
  return 0;
}
