// SimulatedTable: the items of one table and its local secondary indexes.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "store/dynamo_item.h"

namespace tapedeck::simulator {

/// Keys are texts, called as the table's description says. For one thread.
class SimulatedTable {
 public:
  struct Index {
    std::string name;
    std::string sort_key;
    std::set<std::string, std::less<>> projected;
  };
  struct Page {
    std::vector<json::object> items;
    std::optional<json::object> last_key;  // it may go on behind this
  };
  /// Which items of a partition, and where to begin.
  struct Range {
    std::string partition;
    const Index* index = nullptr;  // null: the table itself
    bool backwards = false;
    std::size_t items_max = ~std::size_t{0};
    const json::object* after = nullptr;  // a last_key; null: from the beginning
  };

  /// As CreateTable has it. Throws DynamoError for what it does not know.
  explicit SimulatedTable(json::object description);

  const json::object& description() const { return description_; }
  const std::string& partition_key() const { return partition_key_; }
  const std::string& sort_key() const { return sort_key_; }
  const std::vector<Index>& indexes() const { return indexes_; }
  /// Throws DynamoError when there is none of that name.
  const Index& index(std::string_view name) const;

  /// Of an item, or of a request's Key. Throws DynamoError unless both are texts.
  DynamoKey key_of(const json::object& item) const;
  /// Null when there is none.
  const json::object* find(const DynamoKey& key) const;
  /// Throws DynamoError when the table or an index cannot have it.
  void check(const json::object& item) const;
  /// The same, and puts it.
  void put(json::object item);
  void erase(const DynamoKey& key);

  /// In order; `matches` is asked for each item in the range.
  template <class Matches>
  Page query(const Range& range, Matches matches) const;

  /// What the index shows of it.
  json::object project(const Index& index, const json::object& item) const;
  const std::map<std::string, std::map<std::string, json::object>>& partitions() const {
    return partitions_;
  }

 private:
  struct Entry {
    std::string sort;  // by the index, then by the table
    std::string tie;
    const json::object* item = nullptr;
  };
  std::vector<Entry> entries_of(const Range& range) const;
  json::object key_at(const Range& range, const Entry& entry) const;

  const json::object description_;
  std::string partition_key_;
  std::string sort_key_;
  std::vector<Index> indexes_;
  std::map<std::string, std::map<std::string, json::object>> partitions_;
};

template <class Matches>
SimulatedTable::Page SimulatedTable::query(const Range& range, Matches matches) const {
  Page page;
  for (const auto& entry : entries_of(range)) {
    if (!matches(*entry.item)) continue;
    page.items.push_back(range.index == nullptr ? *entry.item : project(*range.index, *entry.item));
    if (page.items.size() < range.items_max) continue;
    page.last_key = key_at(range, entry);
    break;
  }
  return page;
}

}  // namespace tapedeck::simulator
