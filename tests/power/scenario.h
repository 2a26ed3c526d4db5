// The scenario: every kind of operation, one after the other.
#pragma once

#include <cstdint>

#include "power/session.h"

namespace tapedeck::power {

/// Plays it; the seed chooses sizes and the order of what does not depend on each other.
void play_scenario(Session& session, std::uint64_t seed);

}  // namespace tapedeck::power
