// Campaign: many simulations on two threads, and what they came to.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "simulator/run.h"

namespace tapedeck::simulator {

struct Violation {
  std::string number;  // reproduces it
  std::vector<std::string> findings;
  std::string text() const;
};

struct Tally {
  std::size_t runs = 0;
  std::uint64_t calls = 0;
  std::uint64_t requests = 0;
  std::size_t crashes = 0;
  std::map<CallFault, std::size_t> faults;
  std::vector<Violation> violations;

  void add(const std::string& number, RunReport report);
  std::size_t fault_count() const;
};

/// One simulation of a campaign: its number, and what it came to.
using Numbered = std::function<RunReport(std::uint64_t index, std::string& number)>;

/// Runs 0 to `count` - 1, or fewer when it stops at the first violation.
Tally run_all(std::uint64_t count, const Numbered& run_one, bool stops_at_first = false);

}  // namespace tapedeck::simulator
