#include "api/answers.h"

#include <fmt/format.h>

namespace tapedeck::api {

http::Response answer_json(int status, const json::object& body) {
  return http::make_response(status, "application/json", json::serialize(body));
}

http::Response answer_nothing() {
  return http::make_response(204);
}

Task<json::object> read_object_if_any(Call& call) {
  if (call.request.body_bytes > json_bytes_max) {
    throw Error(Fault::too_large,
                fmt::format("A JSON body may have at most {} bytes.", json_bytes_max));
  }
  auto text = co_await read_all(*call.request.body, json_bytes_max);
  if (text.empty()) co_return json::object();
  co_return parse_json_object(text);
}

Task<json::object> read_object(Call& call) {
  auto object = co_await read_object_if_any(call);
  if (object.empty()) throw Error(Fault::invalid, "Send a JSON object as the body.");
  co_return object;
}

std::string require_string(const json::object& object, std::string_view name) {
  auto text = find_string(object, name);
  if (!text) throw Error(Fault::invalid, fmt::format("Give the member \"{}\" in the body.", name));
  return *text;
}

bool parse_flag(const Call& call, std::string_view name) {
  auto word = call.request.target.find(name);
  if (!word || *word == "0" || *word == "false" || *word == "no") return false;
  if (word->empty() || *word == "1" || *word == "true" || *word == "yes") return true;
  throw Error(Fault::invalid, fmt::format("The parameter {} is 1 or 0.", name));
}

std::optional<std::chrono::seconds> find_lifetime(const json::object& object, std::string_view name,
                                                  std::chrono::seconds max) {
  auto seconds = find_integer(object, name);
  if (!seconds) return std::nullopt;
  if (*seconds < 1 || *seconds > max.count()) {
    throw Error(
        Fault::invalid,
        fmt::format("The member \"{}\" is a number of seconds from 1 to {}.", name, max.count()));
  }
  return std::chrono::seconds(*seconds);
}

}  // namespace tapedeck::api
