// Header fields as values (RFC 9110 5).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tapedeck::http {

struct Field {
  std::string name;  // as received or as to be sent
  std::string value;
};

/// Fields in the order they came. Names compare without case. Few enough that a search is linear.
class Fields {
 public:
  /// The value of the first field of that name; nothing when there is none.
  std::optional<std::string_view> find(std::string_view name) const;
  /// All values of that name, in order.
  std::vector<std::string_view> find_all(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name).has_value(); }

  void add(std::string name, std::string value);
  /// Replaces every field of that name.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }

 private:
  std::vector<Field> fields_;
};

bool equal_without_case(std::string_view a, std::string_view b);

}  // namespace tapedeck::http
