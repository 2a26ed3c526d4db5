// The scenario: every kind of operation, one after the other.
#pragma once

#include <cstdint>

#include "power/session.h"

namespace tapedeck::power {

/// A commit that fails makes the program stop taking any, and be started again: a seeded bug may
/// show then without a power cut.
enum class Commits { all_succeed, one_fails };

/// Plays it; the seed chooses sizes and the order of what does not depend on each other.
void play_scenario(Session& session, std::uint64_t seed, Commits commits);

}  // namespace tapedeck::power
