// Attribute values as they travel, {"S": "text"}, and what DynamoDB does with them. Pure.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace tapedeck::simulator {

/// "S", "N", "B", "BOOL", "M", "L". Throws DynamoError for what is no value.
std::string_view type_of(const json::value& value);

/// The order of two texts, numbers or bytes; nothing when they are of different types, or of one
/// that has no order.
std::optional<std::strong_ordering> order_of(const json::value& a, const json::value& b);
bool are_equal(const json::value& a, const json::value& b);

/// a + b, or a - b.
json::value sum_of(const json::value& a, const json::value& b, bool negated);

/// As size() gives it: bytes of a text, members of a map. Nothing for a number or a flag.
std::optional<json::value> size_of(const json::value& value);

/// What counts against the limit of 400 KB, and is paid for: names and values.
std::size_t stored_bytes(const json::object& item);
/// Throws DynamoError unless every attribute is a value that may be stored.
void check_item(const json::object& item);

/// Of a key: a text that is not empty. Throws DynamoError.
const json::string& key_text(const json::object& item, std::string_view name);

}  // namespace tapedeck::simulator
