// Power cuts at any step of the disk, under the real core, SqliteCatalog and VolumeBlobs.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "power/campaign.h"
#include "power/scenario.h"

namespace tapedeck::power {
namespace {

constexpr std::size_t states_ordinarily = 10'000;
constexpr std::size_t states_of_a_scenario = 5'000;  // then another seed: other sizes, other order
constexpr std::size_t violations_shown = 5;

std::size_t states_wanted() {
  const char* wanted = std::getenv("TEST_POWER_STATES");
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : states_ordinarily;
}

void show(const std::map<std::string, std::size_t>& counts, const char* what) {
  std::string line;
  for (const auto& [name, count] : counts) line += fmt::format("  {} {}\n", count, name);
  std::cout << what << ":\n" << line;
}

void add(Tally& all, const Tally& tally) {
  all.states += tally.states;
  all.second_cuts += tally.second_cuts;
  for (const auto& [kind, count] : tally.by_kind) all.by_kind[kind] += count;
  for (const auto& [way, count] : tally.by_way) all.by_way[way] += count;
  for (const auto& violation : tally.violations) {
    if (all.violations.size() < violations_shown) ADD_FAILURE() << violation.text();
    all.violations.push_back(violation);
  }
}

/// Plays the scenario, then examines the cut of that number, or as many as are left to do.
Tally examine(std::uint64_t seed, std::size_t states, std::optional<CutNumber> one = {}) {
  Bug none;
  Session session(seed, none);
  play_scenario(session, seed, Commits::one_fails);
  Campaign campaign(session, seed, {.states = std::min(states, states_of_a_scenario)});
  return one ? campaign.run_one(*one) : campaign.run();
}

void report(const Tally& all, std::chrono::duration<double> seconds) {
  show(all.by_kind, "by operation");
  show(all.by_way, "by what was lost");
  auto pace = static_cast<double>(all.states) / seconds.count();
  std::cout << fmt::format("counted: {} crash states ({} after a second cut), {:.0f} a second\n",
                           all.states, all.second_cuts, pace);
  std::cout << fmt::format("counted: {} violations\n", all.violations.size());
}

TEST(Power, WhateverIsCutOffWhatWasAcknowledgedIsThere) {
  Tally all;
  if (const char* text = std::getenv("TEST_POWER_CUT"); text != nullptr) {
    auto number = parse_cut_number(text);
    add(all, examine(number.seed, 1, number));
    return;
  }
  auto began = std::chrono::steady_clock::now();
  auto wanted = states_wanted();
  for (std::uint64_t seed = 1; all.states < wanted; ++seed) {
    auto tally = examine(seed, wanted - all.states);
    ASSERT_GT(tally.states, 0u);
    add(all, tally);
  }
  report(all, std::chrono::steady_clock::now() - began);
}

}  // namespace
}  // namespace tapedeck::power
