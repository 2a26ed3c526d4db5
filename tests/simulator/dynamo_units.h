// What DynamoDB charges on demand: request units, by its documented rules. Pure.
#pragma once

#include <cstddef>

#include "simulator/dynamo_table.h"

namespace tapedeck::simulator {

/// Of one consistent read of so many bytes: one for each begun 4 KB, and at least one.
std::size_t read_units(std::size_t bytes);

/// Of one write that found `before` and left `after` (null: nothing): one for each begun KB of the
/// larger, and the same for each entry of an index that it writes or removes. A refused one pays
/// for the item that it looked at.
std::size_t write_units(const SimulatedTable& table, const json::object* before,
                        const json::object* after);

}  // namespace tapedeck::simulator
