// tapedeck_load: one thread that drives an HTTP server over many connections and tells, as one JSON
// object on stdout, how many requests a second it answered and how late.
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include "bench/load/plan.h"
#include "bench/load/run.h"

namespace {

unsigned long long whole(std::uint64_t value) {
  return value;
}

void print(const load::Plan& plan, const load::Result& result) {
  auto total = static_cast<double>(result.latency.total());
  auto sent = total * static_cast<double>(plan.first.body_bytes);
  std::printf(
      "{\"requests\": %.0f, \"failures\": %llu, \"last_failure_status\": %d, \"seconds\": %.4f, "
      "\"per_second\": %.2f, \"sent_mib_per_second\": %.2f, \"received_mib_per_second\": %.2f, "
      "\"waiting_most\": %zu, \"tls\": \"%s\"",
      total, whole(result.failures), result.last_failure_status, result.seconds,
      total / result.seconds, sent / result.seconds / 1048576.0,
      static_cast<double>(result.received_bytes) / result.seconds / 1048576.0, result.waiting_most,
      result.tls.c_str());
  constexpr std::pair<const char*, double> quantiles[] = {
      {"p50", 0.5}, {"p75", 0.75}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}, {"p9999", 0.9999}};
  for (auto [name, share] : quantiles) {
    std::printf(", \"%s_us\": %llu", name, whole(result.latency.quantile(share)));
  }
  std::printf(", \"max_us\": %llu}\n", whole(result.latency.max()));
}

void add_first(CLI::App& app, load::Step& step) {
  app.add_option("--method", step.method, "GET, PUT, …");
  app.add_option("--path", step.path, "{n} becomes a number used once, here and below");
  app.add_option("--header", step.headers, "'Name: value', several")
      ->take_all()
      ->allow_extra_args(false);
  app.add_option("--body-prefix", step.prefix, "what comes before the bytes");
  app.add_option("--body-bytes", step.body_bytes, "size of each body");
  app.add_option("--body-suffix", step.suffix, "what comes after them");
}

void add_second(CLI::App& app, load::Step& step) {
  step.method = "POST";
  step.has_body = true;
  app.add_option("--then-path", step.path, "a POST after each answer to the first request");
  app.add_option("--then-header", step.headers, "'Name: value', several")
      ->take_all()
      ->allow_extra_args(false);
  app.add_option("--then-body", step.prefix, "all of it");
}

void add_how(CLI::App& app, load::Plan& plan) {
  app.add_option("--host", plan.host, "IPv4 address");
  app.add_option("--port", plan.port, "TCP port")->required();
  app.add_flag("--tls", plan.tls, "over TLS; the certificate is not checked");
  app.add_option("--connections", plan.connections, "at once");
  app.add_option("--seconds", plan.seconds, "how long");
  app.add_option("--requests", plan.requests, "how many, instead of how long");
  app.add_option("--rate", plan.rate, "so many are due each second (an open loop)");
}

}  // namespace

int main(int count, char** arguments) {
  load::Plan plan;
  load::Step second;
  CLI::App app{"Drives an HTTP server and prints what it did as JSON"};
  add_how(app, plan);
  add_first(app, plan.first);
  add_second(app, second);
  CLI11_PARSE(app, count, arguments);
  plan.first.has_body = app.count("--body-bytes") + app.count("--body-prefix") > 0;
  if (app.count("--then-path") > 0) plan.then = second;
  try {
    load::Run run(plan);
    print(plan, run.go());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tapedeck_load: %s\n", error.what());
    return 1;
  }
  return 0;
}
