#include "simulator/dynamo_units.h"

#include <algorithm>

#include "simulator/dynamo_value.h"

namespace tapedeck::simulator {

namespace {

constexpr std::size_t read_bytes = 4 * 1024;
constexpr std::size_t write_bytes = 1024;

std::size_t units(std::size_t bytes, std::size_t unit) {
  return std::max<std::size_t>((bytes + unit - 1) / unit, 1);
}

std::size_t bytes_of(const json::object* item) {
  return item == nullptr ? 0 : stored_bytes(*item);
}

/// A changed place in the index is two writes there.
std::size_t index_units(const SimulatedTable& table, const SimulatedTable::Index& index,
                        const json::object* before, const json::object* after) {
  auto is_in = [&](const json::object* item) {
    return item != nullptr && item->contains(index.sort_key);
  };
  auto entry_of = [&](const json::object* item) {
    return is_in(item) ? table.project(index, *item) : json::object();
  };
  auto old_entry = entry_of(before);
  auto new_entry = entry_of(after);
  if (old_entry == new_entry) return 0;
  auto written = units(std::max(stored_bytes(old_entry), stored_bytes(new_entry)), write_bytes);
  bool moves =
      is_in(before) && is_in(after) && old_entry.at(index.sort_key) != new_entry.at(index.sort_key);
  return moves ? 2 * written : written;
}

}  // namespace

std::size_t read_units(std::size_t bytes) {
  return units(bytes, read_bytes);
}

std::size_t write_units(const SimulatedTable& table, const json::object* before,
                        const json::object* after) {
  auto all = units(std::max(bytes_of(before), bytes_of(after)), write_bytes);
  for (const auto& index : table.indexes()) all += index_units(table, index, before, after);
  return all;
}

}  // namespace tapedeck::simulator
