#include "simulator/dynamo_table.h"

#include <algorithm>
#include <tuple>

#include "simulator/dynamo_error.h"
#include "simulator/dynamo_value.h"

namespace tapedeck::simulator {

namespace {

std::string key_named(const json::object& schema_of, std::string_view type) {
  for (const auto& element : schema_of.at("KeySchema").as_array()) {
    const auto& key = element.as_object();
    if (key.at("KeyType").as_string() == type) {
      return std::string(key.at("AttributeName").as_string());
    }
  }
  throw unsimulated("a table without a sort key");
}

SimulatedTable::Index read_index(const json::object& description) {
  SimulatedTable::Index index;
  index.name = std::string(description.at("IndexName").as_string());
  index.sort_key = key_named(description, "RANGE");
  const auto& projection = description.at("Projection").as_object();
  if (projection.at("ProjectionType").as_string() != "INCLUDE") {
    throw unsimulated("a projection that does not name its attributes");
  }
  for (const auto& name : projection.at("NonKeyAttributes").as_array()) {
    index.projected.emplace(std::string_view(name.as_string()));
  }
  return index;
}

}  // namespace

SimulatedTable::SimulatedTable(json::object description)
    : description_(std::move(description)),
      partition_key_(key_named(description_, "HASH")),
      sort_key_(key_named(description_, "RANGE")) {
  const auto* indexes = description_.if_contains("LocalSecondaryIndexes");
  if (indexes == nullptr) return;
  for (const auto& index : indexes->as_array()) {
    indexes_.push_back(read_index(index.as_object()));
    for (const auto* key : {&partition_key_, &sort_key_}) indexes_.back().projected.insert(*key);
    indexes_.back().projected.insert(indexes_.back().sort_key);
  }
}

const SimulatedTable::Index& SimulatedTable::index(std::string_view name) const {
  for (const auto& index : indexes_) {
    if (index.name == name) return index;
  }
  throw invalid("The table does not have the specified index: " + std::string(name));
}

DynamoKey SimulatedTable::key_of(const json::object& item) const {
  return {std::string(key_text(item, partition_key_)), std::string(key_text(item, sort_key_))};
}

const json::object* SimulatedTable::find(const DynamoKey& key) const {
  auto partition = partitions_.find(key.pk);
  if (partition == partitions_.end()) return nullptr;
  auto found = partition->second.find(key.sk);
  return found == partition->second.end() ? nullptr : &found->second;
}

void SimulatedTable::check(const json::object& item) const {
  check_item(item);
  for (const auto& index : indexes_) {
    if (item.contains(index.sort_key)) key_text(item, index.sort_key);
  }
}

void SimulatedTable::put(json::object item) {
  check(item);
  auto key = key_of(item);
  partitions_[key.pk][key.sk] = std::move(item);
}

void SimulatedTable::erase(const DynamoKey& key) {
  auto partition = partitions_.find(key.pk);
  if (partition == partitions_.end()) return;
  partition->second.erase(key.sk);
  if (partition->second.empty()) partitions_.erase(partition);
}

json::object SimulatedTable::project(const Index& index, const json::object& item) const {
  json::object shown;
  for (const auto& [name, value] : item) {
    if (index.projected.contains(std::string_view(name))) shown[name] = value;
  }
  return shown;
}

/// Those behind `after`, in the order asked for.
std::vector<SimulatedTable::Entry> SimulatedTable::entries_of(const Range& range) const {
  std::vector<Entry> entries;
  auto partition = partitions_.find(range.partition);
  if (partition == partitions_.end()) return entries;
  auto entry_of = [&](const json::object& item) {
    Entry entry{"", std::string(key_text(item, sort_key_)), &item};
    if (range.index != nullptr) entry.sort = key_text(item, range.index->sort_key);
    return entry;
  };
  auto is_before = [](const Entry& a, const Entry& b) {
    return std::tie(a.sort, a.tie) < std::tie(b.sort, b.tie);
  };
  std::optional<Entry> after;
  if (range.after != nullptr) after = entry_of(*range.after);
  for (const auto& [sort, item] : partition->second) {
    if (range.index != nullptr && !item.contains(range.index->sort_key)) continue;
    auto entry = entry_of(item);
    bool is_behind =
        !after || (range.backwards ? is_before(entry, *after) : is_before(*after, entry));
    if (is_behind) entries.push_back(std::move(entry));
  }
  if (range.index != nullptr) std::sort(entries.begin(), entries.end(), is_before);
  if (range.backwards) std::reverse(entries.begin(), entries.end());
  return entries;
}

json::object SimulatedTable::key_at(const Range& range, const Entry& entry) const {
  json::object key;
  for (const auto* name : {&partition_key_, &sort_key_}) key[*name] = entry.item->at(*name);
  if (range.index != nullptr) {
    const auto& name = range.index->sort_key;
    key[name] = entry.item->at(name);
  }
  return key;
}

}  // namespace tapedeck::simulator
