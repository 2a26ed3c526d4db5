// Answers and questions in JSON, as nearly every route has them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/router.h"
#include "base/error.h"
#include "base/json.h"
#include "http/message.h"

namespace tapedeck::api {

inline constexpr ByteCount json_bytes_max = 1 * MiB;

http::Response answer_json(int status, const json::object& body);
http::Response answer_nothing();  // 204

/// The body as a JSON object. Throws invalid, too_large.
Task<json::object> read_object(Call& call);
/// As read_object, but no body is an empty object.
Task<json::object> read_object_if_any(Call& call);

/// The member as a string. Throws Error{invalid} when it is absent.
std::string require_string(const json::object& object, std::string_view name);

/// The id in the first "{…}" of the pattern. Throws not_found for what is no id: it names nothing.
template <class AnyId>
AnyId parse_id(const Call& call) {
  auto id = AnyId::parse(call.parameters.at(0));
  if (!id) throw Error(Fault::not_found, "There is no such id in this account.");
  return *id;
}

/// A query parameter as a yes or no: absent is no; "1", "true", "yes" and an empty value are yes.
/// Throws invalid for other words.
bool parse_flag(const Call& call, std::string_view name);

/// Seconds from now, from the JSON member: between one second and `max`. Nothing when absent.
std::optional<std::chrono::seconds> find_lifetime(const json::object& object, std::string_view name,
                                                  std::chrono::seconds max);

}  // namespace tapedeck::api
