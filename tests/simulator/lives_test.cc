// Random simulations: faults, deaths and races by a seed.
#include "simulator/lives.h"

#include <chrono>
#include <cstdlib>
#include <iostream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "simulator/campaign.h"

namespace tapedeck::simulator {
namespace {

constexpr std::uint64_t seeds_ordinarily = 10'000;
constexpr std::size_t violations_shown = 5;

std::uint64_t number_in(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

void report(const Tally& all, std::chrono::duration<double> seconds) {
  for (const auto& [fault, count] : all.faults) {
    std::cout << fmt::format("  {} {}\n", count, name_of(fault));
  }
  std::cout << fmt::format(
      "counted: {} random simulations, {} requests, {} calls of services, "
      "{} faults, {} deaths of servers, {:.0f} simulations a second\n",
      all.runs, all.requests, all.calls, all.fault_count(), all.crashes,
      static_cast<double>(all.runs) / seconds.count());
  std::cout << fmt::format("counted: {} violations\n", all.violations.size());
}

TEST(Lives, WhateverBefallsThemWhatClientsWereToldIsTrue) {
  Bug none;
  if (auto seed = number_in("TEST_SIMULATION", 0); seed != 0) {
    for (const auto& finding : live_through(seed, none, &std::cout).findings)
      ADD_FAILURE() << finding;
    return;
  }
  auto began = std::chrono::steady_clock::now();
  auto run_one = [&](std::uint64_t index, std::string& number) {
    number = std::to_string(index + 1);
    return live_through(index + 1, none);
  };
  auto all = run_all(number_in("TEST_SIMULATIONS", seeds_ordinarily), run_one);
  report(all, std::chrono::steady_clock::now() - began);
  for (std::size_t i = 0; i < std::min(violations_shown, all.violations.size()); ++i) {
    ADD_FAILURE() << "TEST_SIMULATION=" << all.violations[i].text();
  }
  EXPECT_TRUE(all.violations.empty());
}

TEST(Lives, ASeedTakesTheSameCourseEachTime) {
  Bug none;
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    auto first = live_through(seed, none);
    auto second = live_through(seed, none);
    EXPECT_EQ(first.trace, second.trace) << seed;
    EXPECT_EQ(first.calls, second.calls) << seed;
  }
}

}  // namespace
}  // namespace tapedeck::simulator
