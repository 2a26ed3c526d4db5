// Would the power cuts catch the bugs that they are there for? Each is seeded, and must be caught.
#include <algorithm>
#include <iostream>
#include <optional>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "power/campaign.h"
#include "power/scenario.h"

namespace tapedeck::power {
namespace {

constexpr std::uint64_t seed = 3;
constexpr std::size_t states_max = 1'000;  // within which a bug must be caught
constexpr std::size_t passes = 8;          // over all of the scenario

Tally hunt(const Bug& bug) {
  Session session(seed, bug);
  play_scenario(session, seed, Commits::all_succeed);
  auto stride = std::max<std::size_t>(session.disk().log().size() * passes / states_max, 1);
  Campaign::Options options{.states = states_max, .stride = stride, .stops_at_first = true};
  return Campaign(session, seed, options).run();
}

TEST(Mutants, WithoutABugNothingIsFound) {
  auto tally = hunt({});
  EXPECT_GE(tally.states, states_max);
  for (const auto& violation : tally.violations) ADD_FAILURE() << violation.text();
}

TEST(Mutants, EachBugIsCaught) {
  auto bugs = list_disk_bugs();
  std::ranges::copy(list_volume_bugs(), std::back_inserter(bugs));
  std::ranges::copy(list_order_bugs(), std::back_inserter(bugs));
  std::size_t caught = 0;
  for (const auto& bug : bugs) {
    auto tally = hunt(bug);
    if (tally.violations.empty()) {
      ADD_FAILURE() << fmt::format("{}: not caught in {} states", bug.name, tally.states);
      continue;
    }
    ++caught;
    const auto& first = tally.violations.front();
    std::cout << fmt::format("{}: caught in {} states: {}, {}: {}\n", bug.name, tally.states,
                             first.cut.text(), first.where, first.findings.front());
  }
  std::cout << fmt::format("counted: mutants caught {}/{}\n", caught, bugs.size());
}

}  // namespace
}  // namespace tapedeck::power
