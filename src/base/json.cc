#include "base/json.h"

#include <fmt/format.h>

#include "base/error.h"

namespace tapedeck {

namespace {

/// The member, unless it is absent or null.
const json::value* find_member(const json::object& object, std::string_view name) {
  const auto* member = object.if_contains(json::string_view(name.data(), name.size()));
  return member == nullptr || member->is_null() ? nullptr : member;
}

[[noreturn]] void wrong_type(std::string_view name, std::string_view wanted) {
  throw Error(Fault::invalid, fmt::format("The member \"{}\" must be {}.", name, wanted));
}

}  // namespace

json::value parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = 32;
  json::stream_parser parser({}, options);
  boost::system::error_code failed;
  auto used = parser.write(text.data(), text.size(), failed);
  if (!failed) parser.finish(failed);
  if (failed) {
    throw Error(Fault::invalid,
                fmt::format("This is not JSON: {} after byte {}.", failed.message(), used));
  }
  return parser.release();
}

json::object parse_json_object(std::string_view text) {
  auto value = parse_json(text);
  if (!value.is_object()) throw Error(Fault::invalid, "The JSON body must be an object.");
  return std::move(value.as_object());
}

std::optional<std::string> find_string(const json::object& object, std::string_view name) {
  const auto* member = find_member(object, name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_string()) wrong_type(name, "a string");
  return std::string(member->as_string());
}

std::optional<std::int64_t> find_integer(const json::object& object, std::string_view name) {
  const auto* member = find_member(object, name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_int64() && !member->is_uint64()) wrong_type(name, "an integer");
  boost::system::error_code failed;
  auto value = member->to_number<std::int64_t>(failed);
  if (failed) wrong_type(name, "an integer of at most 63 bits");
  return value;
}

std::optional<bool> find_bool(const json::object& object, std::string_view name) {
  const auto* member = find_member(object, name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_bool()) wrong_type(name, "true or false");
  return member->as_bool();
}

std::optional<std::vector<std::string>> find_strings(const json::object& object,
                                                     std::string_view name) {
  const auto* member = find_member(object, name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_array()) wrong_type(name, "an array of strings");
  std::vector<std::string> strings;
  for (const auto& item : member->as_array()) {
    if (!item.is_string()) wrong_type(name, "an array of strings");
    strings.emplace_back(item.as_string());
  }
  return strings;
}

}  // namespace tapedeck
