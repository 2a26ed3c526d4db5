// Recent: what was used lately, up to a bound.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <utility>

namespace tapedeck {

/// A map of two generations: when the young one is full it becomes the old one, and the old one is
/// forgotten. What is used moves to the young one. So it holds the last `max` used, and at most
/// twice as many, without a list of uses. Not safe for concurrent use.
template <class Key, class Value, class Hash = std::hash<Key>>
class Recent {
 public:
  explicit Recent(std::size_t max) : max_(max) {}

  /// Null when it is not there. Valid until the next call.
  const Value* find(const Key& key) {
    if (auto at = young_.find(key); at != young_.end()) return &at->second;
    auto at = old_.find(key);
    if (at == old_.end()) return nullptr;
    auto value = std::move(at->second);
    old_.erase(at);
    return &put(key, std::move(value));
  }

  /// Replaces what was there.
  Value& put(const Key& key, Value value) {
    if (young_.size() >= max_ && !young_.contains(key)) {
      old_ = std::move(young_);
      young_.clear();
    }
    old_.erase(key);
    return young_.insert_or_assign(key, std::move(value)).first->second;
  }

  void erase(const Key& key) {
    young_.erase(key);
    old_.erase(key);
  }

  void clear() {
    young_.clear();
    old_.clear();
  }

  std::size_t size() const { return young_.size() + old_.size(); }

 private:
  const std::size_t max_;
  std::unordered_map<Key, Value, Hash> young_;
  std::unordered_map<Key, Value, Hash> old_;
};

}  // namespace tapedeck
