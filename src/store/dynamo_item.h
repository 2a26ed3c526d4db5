// DynamoItem: the attributes of one item, in the form in which they travel.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/json.h"
#include "base/time.h"

namespace tapedeck {

struct DynamoKey {
  std::string pk;
  std::string sk;
  auto operator<=>(const DynamoKey&) const = default;
};

/// {"name": {"S": "text"}, …}. Empty texts and bytes and false flags are not stored: no attribute
/// means the same. Reading something else than what was written throws Error{unavailable}: the
/// catalog is damaged.
class DynamoItem {
 public:
  DynamoItem() = default;
  explicit DynamoItem(json::object wire) : wire_(std::move(wire)) {}
  explicit DynamoItem(const DynamoKey& key);

  const json::object& wire() const { return wire_; }
  DynamoKey key() const;
  bool has(std::string_view name) const { return wire_.contains(name); }
  void remove(std::string_view name) { wire_.erase(name); }

  void set_text(std::string_view name, std::string_view text);
  void set_bytes(std::string_view name, ByteView bytes);
  void set_number(std::string_view name, std::int64_t number);
  void set_count(std::string_view name, std::uint64_t count);
  void set_time(std::string_view name, Time time);
  void set_flag(std::string_view name, bool flag);
  void set_digest(std::string_view name, const Sha256Digest& digest);
  void set_texts(std::string_view name, const std::vector<std::string>& texts);
  void set_item(std::string_view name, const DynamoItem& item);  // also an empty one

  std::string text(std::string_view name) const;
  std::string bytes(std::string_view name) const;
  std::int64_t number(std::string_view name) const;
  std::uint64_t count(std::string_view name) const;
  Time time(std::string_view name) const;
  bool flag(std::string_view name) const;
  Sha256Digest digest(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;
  DynamoItem item(std::string_view name) const;
  template <class Id>
  Id id(std::string_view name) const {
    return require(Id::parse(text(name)), name);
  }

  /// Nothing when there is no such attribute.
  std::optional<std::uint64_t> find_count(std::string_view name) const;
  std::optional<Time> find_time(std::string_view name) const;

 private:
  const json::object& attribute(std::string_view name) const;
  std::string_view scalar(std::string_view name, std::string_view type) const;
  template <class T>
  static T require(std::optional<T> value, std::string_view name) {
    if (!value) fail(name);
    return *std::move(value);
  }
  [[noreturn]] static void fail(std::string_view name);

  json::object wire_;
};

}  // namespace tapedeck
