// Seeded bugs: the random simulations must catch each of them, or would not be worth much.
#include <iostream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "simulator/bugs.h"
#include "simulator/campaign.h"
#include "simulator/lives.h"

namespace tapedeck::simulator {
namespace {

constexpr std::uint64_t seeds_max = 5'000;

TEST(Mutants, EachSeededBugIsCaught) {
  std::size_t caught = 0;
  for (const auto& bug : list_bugs()) {
    auto run_one = [&](std::uint64_t index, std::string& number) {
      number = std::to_string(index + 1);
      return live_through(index + 1, bug);
    };
    auto tally = run_all(seeds_max, run_one, true);
    if (tally.violations.empty()) {
      ADD_FAILURE() << bug.name << ": not noticed in " << tally.runs << " simulations";
      continue;
    }
    ++caught;
    std::cout << fmt::format("{}: noticed after {} simulations: {}\n", bug.name, tally.runs,
                             tally.violations.front().findings.front());
  }
  std::cout << fmt::format("counted: {} of {} seeded bugs of the cloud's clients caught\n", caught,
                           list_bugs().size());
}

}  // namespace
}  // namespace tapedeck::simulator
