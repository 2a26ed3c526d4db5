#include "main/metrics.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

namespace tapedeck {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::array<std::string_view, 7> methods{"GET",    "HEAD",  "POST",   "PUT",
                                                  "DELETE", "PATCH", "OPTIONS"};

std::size_t index_of(std::string_view method) {
  auto found = std::find(methods.begin(), methods.end(), method);
  return static_cast<std::size_t>(found - methods.begin());
}

std::string method_name(std::size_t index) {
  return index < methods.size() ? std::string(methods[index]) : "other";
}

MetricFamily family(std::string name, std::string help, MetricType type) {
  MetricFamily made;
  made.name = "tapedeck_" + std::move(name);
  made.help = std::move(help);
  made.type = type;
  return made;
}

void add_value(MetricFamily& to, double value, std::vector<ClientMetric::Label> labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  if (to.type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  to.metric.push_back(std::move(metric));
}

MetricFamily counter(std::string name, std::string help, const Counter& value) {
  auto made = family(std::move(name), std::move(help), MetricType::Counter);
  add_value(made, static_cast<double>(value.value()));
  return made;
}

MetricFamily gauge(std::string name, std::string help, double value) {
  auto made = family(std::move(name), std::move(help), MetricType::Gauge);
  add_value(made, value);
  return made;
}

void add_histogram(MetricFamily& to, const Histogram& histogram, std::string method) {
  auto reading = histogram.read();
  ClientMetric metric;
  metric.label = {{"method", std::move(method)}};
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < reading.counts.size(); ++i) {
    seen += reading.counts[i];
    auto border = i < Histogram::borders.size() ? Histogram::borders[i]
                                                : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back({seen, border});
  }
  if (seen == 0) return;
  metric.histogram.sample_count = seen;
  metric.histogram.sample_sum = reading.sum;
  to.metric.push_back(std::move(metric));
}

/// proc(5): /proc/self/statm's second number.
double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double open_files() {
  std::error_code ignored;
  std::filesystem::directory_iterator entries("/proc/self/fd", ignored);
  return static_cast<double>(std::distance(entries, std::filesystem::directory_iterator()));
}

}  // namespace

void Metrics::note(const http::Exchange& exchange) {
  auto method = index_of(exchange.method);
  auto status_class = exchange.status / 100;
  auto known = status_class >= 1 && status_class <= 5;
  requests_[method][static_cast<std::size_t>(known ? status_class : 0)].add();
  durations_[method].observe(std::chrono::duration<double>(exchange.duration).count());
  received_bytes_.add(exchange.received_bytes);
  sent_bytes_.add(exchange.sent_bytes);
  if (!exchange.complete) broken_.add();
}

void Metrics::note(const SweepReport& report) {
  sweeps_.add();
  swept_recordings_.add(report.purged);
  swept_accounts_.add(report.closed_accounts);
  swept_blobs_.add(report.blobs_erased);
  sweep_failures_.add(report.failures);
}

std::string Metrics::text(const Gauges& gauges) const {
  std::vector<MetricFamily> all;
  auto requests = family("requests_total", "Requests answered.", MetricType::Counter);
  auto durations = family("request_seconds", "From a request's head to its answer's end.",
                          MetricType::Histogram);
  for (std::size_t method = 0; method < method_count; ++method) {
    for (std::size_t status = 0; status < class_count; ++status) {
      auto count = requests_[method][status].value();
      if (count == 0) continue;
      auto status_name = status == 0 ? std::string("none") : std::to_string(status) + "xx";
      add_value(requests, static_cast<double>(count),
                {{"method", method_name(method)}, {"status", status_name}});
    }
    add_histogram(durations, durations_[method], method_name(method));
  }
  all.push_back(std::move(requests));
  all.push_back(std::move(durations));
  all.push_back(counter("received_bytes_total", "Bytes of request bodies.", received_bytes_));
  all.push_back(counter("sent_bytes_total", "Bytes of answers' bodies.", sent_bytes_));
  all.push_back(
      counter("broken_exchanges_total", "Connections that ended before the answer did.", broken_));
  all.push_back(counter("recordings_created_total", "Recordings stored.", recordings_));
  all.push_back(
      counter("sweeps_total", "Rounds of cleaning, begun by the server or the admin.", sweeps_));
  all.push_back(counter("swept_recordings_total", "Recordings purged by them.", swept_recordings_));
  all.push_back(counter("swept_accounts_total", "Accounts removed by them.", swept_accounts_));
  all.push_back(counter("swept_blobs_total", "Blobs erased by them.", swept_blobs_));
  all.push_back(counter("sweep_failures_total", "Steps of theirs that failed.", sweep_failures_));
  all.push_back(
      gauge("connections", "Connections open now.", static_cast<double>(gauges.connections)));
  auto queues = family("queue_length", "Jobs that wait for a thread.", MetricType::Gauge);
  for (const auto& [pool, length] : gauges.queues) {
    add_value(queues, static_cast<double>(length), {{"pool", pool}});
  }
  all.push_back(std::move(queues));
  if (gauges.free_bytes) {
    all.push_back(
        gauge("free_bytes", "Space left for recordings.", static_cast<double>(*gauges.free_bytes)));
  }
  all.push_back(gauge("resident_bytes", "Memory of the process.", resident_bytes()));
  all.push_back(gauge("open_files", "Files and sockets of the process.", open_files()));
  auto build = family("build_info", "The program's version.", MetricType::Gauge);
  add_value(build, 1, {{"version", version_}});
  all.push_back(std::move(build));
  return prometheus::TextSerializer().Serialize(all);
}

}  // namespace tapedeck
