#include "simulator/campaign.h"

#include <atomic>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tapedeck::simulator {

namespace {

constexpr int threads_max = 2;

}  // namespace

std::string Violation::text() const {
  return fmt::format("{}: {}", number, fmt::join(findings, "\n  "));
}

void Tally::add(const std::string& number, RunReport report) {
  ++runs;
  calls += report.calls;
  requests += report.requests;
  crashes += report.crashes;
  for (const auto& [fault, count] : report.faults) faults[fault] += count;
  if (report.findings.empty()) return;
  violations.push_back({number, std::move(report.findings)});
}

std::size_t Tally::fault_count() const {
  std::size_t all = 0;
  for (const auto& [fault, count] : faults) all += count;
  return all;
}

Tally run_all(std::uint64_t count, const Numbered& run_one, bool stops_at_first) {
  std::atomic<std::uint64_t> next = 0;
  std::mutex mutex;
  Tally tally;
  auto work = [&] {
    for (auto index = next++; index < count; index = next++) {
      std::string number;
      auto report = run_one(index, number);
      std::lock_guard lock(mutex);
      tally.add(number, std::move(report));
      if (stops_at_first && !tally.violations.empty()) next = count;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < threads_max; ++i) threads.emplace_back(work);
  for (auto& thread : threads) thread.join();
  return tally;
}

}  // namespace tapedeck::simulator
