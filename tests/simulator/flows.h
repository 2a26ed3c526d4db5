// Flows: what clients do, step by step, each without anything that chance decides.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "simulator/run.h"

namespace tapedeck::simulator {

struct Flow {
  std::string name;
  /// Two servers, an account, and what is done. Everything that is asked succeeds in the end: what
  /// does not is a finding.
  std::function<void(Run&)> begin;
  /// It says itself from where on faults come: before that it does what others do, many times.
  bool holds_back = false;
};

const std::vector<Flow>& list_flows();

/// One fault at one call.
struct SingleFault {
  std::uint64_t call = 0;  // from 0; behind the last one: none
  CallFault fault = CallFault::none;
};
/// `operations`, if not null, gets what was called, in order; `story` is as Run::tell.
RunReport play(const Flow& flow, SingleFault single, const Bug& bug,
               std::vector<std::string>* operations = nullptr, std::ostream* story = nullptr);

}  // namespace tapedeck::simulator
