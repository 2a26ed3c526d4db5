// Metrics: what /metrics shows, in Prometheus' text form.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/metrics.h"
#include "core/sweeper.h"
#include "http/server.h"

namespace tapedeck {

/// Safe for concurrent use.
class Metrics {
 public:
  explicit Metrics(std::string version) : version_(std::move(version)) {}

  void note(const http::Exchange& exchange);
  void note(const SweepReport& report);
  void note_recording() { recordings_.add(); }

  /// Values that are asked for when somebody looks.
  struct Gauges {
    std::size_t connections = 0;
    std::optional<ByteCount> free_bytes;
    std::vector<std::pair<std::string, std::size_t>> queues;  // pool, jobs waiting
  };
  std::string text(const Gauges& gauges) const;

 private:
  static constexpr std::size_t method_count = 8;  // the seven in metrics.cc, and all others
  static constexpr std::size_t class_count = 6;   // 1xx to 5xx, and none

  const std::string version_;
  std::array<std::array<Counter, class_count>, method_count> requests_;
  std::array<Histogram, method_count> durations_;
  Counter received_bytes_;
  Counter sent_bytes_;
  Counter broken_;
  Counter recordings_;
  Counter sweeps_, swept_recordings_, swept_accounts_, swept_blobs_, sweep_failures_;
};

}  // namespace tapedeck
