// Structured fields (RFC 8941): dictionaries and items, as far as this program reads them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "http/fields.h"

namespace tapedeck::http {

namespace structured {

/// A bare word: `gzip`, `*`, `text/plain`.
struct Token {
  std::string text;
  bool operator==(const Token&) const = default;
};
/// `:base64:`, decoded.
struct Bytes {
  std::string bytes;
  bool operator==(const Bytes&) const = default;
};

/// Integer, decimal, string, token, byte sequence or boolean.
using Value = std::variant<std::int64_t, double, std::string, Token, Bytes, bool>;
using Parameters = std::vector<std::pair<std::string, Value>>;

struct Item {
  Value value;
  Parameters parameters;
  bool operator==(const Item&) const = default;
};

/// What a key of a dictionary stands for: one item, or an inner list of them.
struct Member {
  std::variant<Item, std::vector<Item>> value;
  Parameters parameters;  // of an inner list; an item has its own

  /// The value of an item of that type; null for anything else.
  template <class T>
  const T* find() const {
    const auto* item = std::get_if<Item>(&value);
    return item ? std::get_if<T>(&item->value) : nullptr;
  }
};

/// In order, each key once: a later one replaces an earlier one's value.
using Dictionary = std::vector<std::pair<std::string, Member>>;

}  // namespace structured

/// Of a dictionary, or parameters of an item; RFC 8941 3.2 asks for as many.
inline constexpr std::size_t structured_members_max = 1024;

/// RFC 8941 4.2.2, strict; nothing when any part is malformed or there are more than
/// structured_members_max of anything. An empty text is an empty dictionary.
std::optional<structured::Dictionary> parse_dictionary(std::string_view text);

/// RFC 8941 4.2.3, strict: one item and nothing else.
std::optional<structured::Item> parse_item(std::string_view text);

/// All fields of that name as one value (RFC 9110 5.2); nothing when there is none.
std::optional<std::string> find_combined(const Fields& fields, std::string_view name);

}  // namespace tapedeck::http
