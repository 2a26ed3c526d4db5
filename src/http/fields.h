// Header fields as values (RFC 9110 5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tapedeck::http {

/// One field by itself.
struct Field {
  std::string name;  // as received or as to be sent
  std::string value;
};

/// One of Fields, valid until these change.
struct FieldView {
  std::string_view name;
  std::string_view value;
};

/// Fields in the order they came. Names compare without case. Few enough that a search is linear.
/// All texts are in one block, so that a head costs two allocations however many fields it has:
/// what find() and iterators give is valid until the next add() or set().
class Fields {
 public:
  class Iterator;

  /// The value of the first field of that name; nothing when there is none.
  std::optional<std::string_view> find(std::string_view name) const;
  /// All values of that name, in order.
  std::vector<std::string_view> find_all(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name).has_value(); }

  /// The arguments may be views of these fields.
  void add(std::string_view name, std::string_view value);
  /// Replaces every field of that name.
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);

  /// Room for fields whose names and values have so many bytes together.
  void reserve(std::size_t text_bytes);

  Iterator begin() const;
  Iterator end() const;
  std::size_t size() const { return places_.size(); }

 private:
  struct Place {
    std::uint32_t begin = 0;  // of the name, which the value follows at once
    std::uint32_t name_bytes = 0;
    std::uint32_t value_bytes = 0;
  };

  bool is_named(const Place& place, std::string_view name) const;
  std::string_view name_of(const Place& place) const {
    return std::string_view(text_).substr(place.begin, place.name_bytes);
  }
  std::string_view value_of(const Place& place) const {
    return std::string_view(text_).substr(place.begin + place.name_bytes, place.value_bytes);
  }

  std::string text_;  // with that of removed fields
  std::vector<Place> places_;
};

class Fields::Iterator {
 public:
  using value_type = FieldView;
  using difference_type = std::ptrdiff_t;

  Iterator() = default;
  FieldView operator*() const {
    return {fields_->name_of(fields_->places_[at_]), fields_->value_of(fields_->places_[at_])};
  }
  Iterator& operator++() {
    ++at_;
    return *this;
  }
  Iterator operator++(int) {
    auto before = *this;
    ++at_;
    return before;
  }
  bool operator==(const Iterator&) const = default;

 private:
  friend class Fields;
  Iterator(const Fields& fields, std::size_t at) : fields_(&fields), at_(at) {}
  const Fields* fields_ = nullptr;
  std::size_t at_ = 0;
};

inline Fields::Iterator Fields::begin() const {
  return {*this, 0};
}
inline Fields::Iterator Fields::end() const {
  return {*this, places_.size()};
}

bool equal_without_case(std::string_view a, std::string_view b);

}  // namespace tapedeck::http
