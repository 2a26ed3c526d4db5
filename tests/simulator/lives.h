// Lives: what clients do in a random simulation, all of it by its seed.
#pragma once

#include <cstdint>
#include <iosfwd>

#include "simulator/run.h"

namespace tapedeck::simulator {

/// Some servers, clients that race, a Sweeper, and faults; then the inspections. `story`: as
/// Run::tell; null: none.
RunReport live_through(std::uint64_t seed, const Bug& bug, std::ostream* story = nullptr);

}  // namespace tapedeck::simulator
