// Every fault at every call of each flow.
#include "simulator/flows.h"

#include <cstdlib>
#include <iostream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "simulator/campaign.h"

namespace tapedeck::simulator {
namespace {

constexpr std::size_t violations_shown = 3;
constexpr std::uint64_t no_call = ~std::uint64_t{0};

struct Case {
  std::size_t flow = 0;
  SingleFault single;

  std::string number() const {
    return fmt::format("{}.{}.{}", flow, single.call, static_cast<int>(single.fault));
  }
};

/// Throws std::logic_error.
Case parse_case(const char* text) {
  Case one;
  int fault = 0;
  if (std::sscanf(text, "%zu.%lu.%d", &one.flow, &one.single.call, &fault) != 3) {
    throw std::logic_error("it is not FLOW.CALL.FAULT");
  }
  one.single.fault = static_cast<CallFault>(fault);
  return one;
}

std::vector<Case> list_cases() {
  Bug none;
  std::vector<Case> cases;
  for (std::size_t flow = 0; flow < list_flows().size(); ++flow) {
    std::vector<std::string> operations;
    auto report = play(list_flows()[flow], {no_call}, none, &operations);
    for (const auto& finding : report.findings) {
      ADD_FAILURE() << list_flows()[flow].name << ", without a fault: " << finding;
    }
    for (std::uint64_t call = 0; call < operations.size(); ++call) {
      for (int kind = 1; kind < call_faults; ++kind) {
        auto fault = static_cast<CallFault>(kind);
        if (can_befall(fault, operations[call])) cases.push_back({flow, {call, fault}});
      }
    }
  }
  return cases;
}

TEST(Flows, EveryFaultAtEveryCallIsSurvived) {
  Bug none;
  if (const char* text = std::getenv("TEST_SIMULATED_FAULT"); text != nullptr) {
    auto one = parse_case(text);
    auto report = play(list_flows().at(one.flow), one.single, none, nullptr, &std::cout);
    for (const auto& finding : report.findings) ADD_FAILURE() << finding;
    return;
  }
  auto cases = list_cases();
  auto run_one = [&](std::uint64_t index, std::string& number) {
    number = cases[index].number();
    return play(list_flows()[cases[index].flow], cases[index].single, none);
  };
  auto all = run_all(cases.size(), run_one);
  EXPECT_GT(all.runs, 5'000u);
  EXPECT_EQ(all.fault_count(), all.runs) << "each fault came";
  std::cout << fmt::format("counted: {} single faults in {} flows, {} calls of services\n",
                           all.runs, list_flows().size(), all.calls);
  std::cout << fmt::format("counted: {} violations\n", all.violations.size());
  std::map<std::string, std::size_t> shown;
  for (const auto& violation : all.violations) {
    auto flow = violation.number.substr(0, violation.number.find('.'));
    if (++shown[flow] > violations_shown) continue;
    ADD_FAILURE() << list_flows()[std::stoul(flow)].name
                  << ", TEST_SIMULATED_FAULT=" << violation.text();
  }
  EXPECT_TRUE(all.violations.empty());
}

}  // namespace
}  // namespace tapedeck::simulator
