// JSON values (Boost.JSON), with the limits and the error texts of this program.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace tapedeck {

namespace json = boost::json;

/// RFC 8259, at most 32 levels deep. Throws Error{invalid} with where the text breaks off.
json::value parse_json(std::string_view text);

/// As parse_json, but the text must be an object.
json::object parse_json_object(std::string_view text);

/// The member as a string; nothing when absent or null. Throws Error{invalid} for another type.
std::optional<std::string> find_string(const json::object& object, std::string_view name);
std::optional<std::int64_t> find_integer(const json::object& object, std::string_view name);
std::optional<bool> find_bool(const json::object& object, std::string_view name);
/// Strings in an array.
std::optional<std::vector<std::string>> find_strings(const json::object& object,
                                                     std::string_view name);

}  // namespace tapedeck
