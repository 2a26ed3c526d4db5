// Seeded bugs of the cloud's clients: each shows only when something goes wrong around it.
#pragma once

#include <vector>

#include "simulator/server.h"

namespace tapedeck::simulator {

std::vector<Bug> list_bugs();

}  // namespace tapedeck::simulator
