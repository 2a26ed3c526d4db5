#include "main/lambda_gateway.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/error.h"
#include "base/json.h"
#include "core/text.h"
#include "main/lambda_body.h"

namespace tapedeck::lambda {

namespace {

constexpr std::string_view api_id = "emulated00";

std::string_view path_of(const http::Target& target) {
  return std::string_view(target.raw).substr(0, target.raw.find('?'));
}

std::string_view query_of(const http::Target& target) {
  auto at = target.raw.find('?');
  return at == std::string::npos ? "" : std::string_view(target.raw).substr(at + 1);
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Bytes read as UTF-8, each that is none replaced: what a gateway does that takes all for text.
std::string mangle(std::string_view bytes) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t length = 1;
    while (length < 4 && !is_utf8(bytes.substr(at, length))) ++length;
    auto piece = bytes.substr(at, length);
    auto good = is_utf8(piece) && !piece.empty();
    out += good ? std::string(piece) : "\xEF\xBF\xBD";
    at += good ? piece.size() : 1;
  }
  return out;
}

void add_body(json::object& event, const std::string& body, bool base64) {
  event["isBase64Encoded"] = base64 && !body.empty();
  if (body.empty()) {
    event["body"] = nullptr;
  } else {
    event["body"] = base64 ? to_base64(body) : mangle(body);
  }
}

void add_to_list(json::object& lists, std::string_view name, std::string_view value) {
  auto [place, added] = lists.emplace(name, json::array());
  place->value().as_array().emplace_back(value);
}

/// The last value of each list, as the flattened maps have it; null when there is none.
json::value flattened(const json::object& lists) {
  if (lists.empty()) return nullptr;
  json::object flat;
  for (const auto& list : lists) flat[list.key()] = list.value().as_array().back();
  return flat;
}

json::value or_null(json::object lists) {
  if (lists.empty()) return nullptr;
  return lists;
}

http::Fields forwarded_fields(const http::Request& request) {
  auto fields = request.fields;
  fields.remove("Connection");
  fields.remove("Transfer-Encoding");
  fields.remove("Expect");
  fields.set("X-Forwarded-For", request.remote_address);
  fields.set("X-Forwarded-Proto", request.secure ? "https" : "http");
  return fields;
}

json::object make_first_format(const GatewayOptions& options, const http::Request& request,
                               const std::string& body) {
  json::object headers;
  json::object query;
  auto fields = forwarded_fields(request);
  for (const auto& [name, value] : fields) add_to_list(headers, name, value);
  for (const auto& [name, value] : request.target.query) add_to_list(query, name, value);
  auto stage = options.stage.empty() ? "prod" : options.stage;
  json::object event{
      {"resource", "/{proxy+}"},
      {"path", path_of(request.target)},
      {"httpMethod", request.method},
      {"headers", flattened(headers)},
      {"multiValueHeaders", or_null(headers)},
      {"queryStringParameters", flattened(query)},
      {"multiValueQueryStringParameters", or_null(query)},
      {"requestContext",
       json::object{{"stage", stage},
                    {"apiId", api_id},
                    {"domainPrefix", api_id},
                    {"identity", json::object{{"sourceIp", request.remote_address}}}}}};
  add_body(event, body, options.binary);
  return event;
}

/// Names in lower case, values of one name joined, cookies apart.
void add_joined_fields(json::object& event, const http::Request& request) {
  json::object headers;
  json::array cookies;
  auto fields = forwarded_fields(request);
  for (const auto& field : fields) {
    auto name = lower(std::string(field.name));
    if (name == "cookie") {
      cookies.emplace_back(field.value);
      continue;
    }
    auto [place, added] = headers.emplace(name, field.value);
    if (!added)
      place->value() =
          fmt::format("{},{}", std::string_view(place->value().as_string()), field.value);
  }
  event["headers"] = std::move(headers);
  if (!cookies.empty()) event["cookies"] = std::move(cookies);
}

json::object make_second_format(const GatewayOptions& options, const http::Request& request,
                                const std::string& body) {
  auto stage = options.stage.empty() ? "$default" : options.stage;
  auto path = std::string(path_of(request.target));
  if (stage != "$default") path = "/" + stage + path;
  std::string domain = options.gateway == Gateway::url ? ".lambda-url.local" : ".execute-api.local";
  json::object http{{"method", request.method},
                    {"path", path},
                    {"protocol", "HTTP/1.1"},
                    {"sourceIp", request.remote_address}};
  json::object event{{"version", "2.0"},
                     {"routeKey", "$default"},
                     {"rawPath", path},
                     {"rawQueryString", query_of(request.target)},
                     {"requestContext", json::object{{"apiId", api_id},
                                                     {"domainName", std::string(api_id) + domain},
                                                     {"domainPrefix", api_id},
                                                     {"stage", stage},
                                                     {"http", http}}}};
  add_joined_fields(event, request);
  auto text = is_text_type(request.fields.find("Content-Type").value_or("")) && is_utf8(body);
  add_body(event, body, !text);
  return event;
}

void read_fields(const json::object& answer, http::Fields& fields) {
  if (auto headers = answer.if_contains("headers"); headers && headers->is_object()) {
    for (const auto& header : headers->as_object()) {
      fields.add(std::string(header.key()), std::string(header.value().as_string()));
    }
  }
  if (auto lists = answer.if_contains("multiValueHeaders"); lists && lists->is_object()) {
    for (const auto& list : lists->as_object()) {
      for (const auto& value : list.value().as_array()) {
        fields.add(std::string(list.key()), std::string(value.as_string()));
      }
    }
  }
  for (auto& cookie : find_strings(answer, "cookies").value_or(std::vector<std::string>())) {
    fields.add("Set-Cookie", std::move(cookie));
  }
}

http::Response read_head(const json::object& answer) {
  auto status = find_integer(answer, "statusCode").value_or(0);
  if (status < 200 || status > 599) throw Error(Fault::invalid, "The answer has no statusCode.");
  http::Response response;
  response.status = static_cast<int>(status);
  read_fields(answer, response.fields);
  return response;
}

/// A HEAD's Content-Length is the size of what it has no body of.
void take_length(http::Response& response) {
  auto length = response.fields.find("Content-Length");
  if (length && !response.body) response.body_bytes = std::stoull(std::string(*length));
  response.fields.remove("Content-Length");
}

http::Response read_answer(const json::object& answer) {
  auto response = read_head(answer);
  auto body = find_string(answer, "body").value_or("");
  if (find_bool(answer, "isBase64Encoded").value_or(false)) {
    auto bytes = parse_base64(body);
    if (!bytes) throw Error(Fault::invalid, "The answer's body is no base 64.");
    body = std::move(*bytes);
  }
  if (!body.empty()) {
    response.body_bytes = body.size();
    response.body = std::make_unique<MemorySource>(std::move(body));
  }
  take_length(response);
  return response;
}

}  // namespace

std::string make_event(const GatewayOptions& options, const http::Request& request,
                       const std::string& body, Time now) {
  auto first = options.gateway == Gateway::rest;
  auto event = first ? make_first_format(options, request, body)
                     : make_second_format(options, request, body);
  event["requestContext"].as_object()["timeEpoch"] = now.time_since_epoch().count();
  return json::serialize(event);
}

std::string make_scheduled_event(Time now) {
  json::object event{{"version", "0"},
                     {"detail-type", "Scheduled Event"},
                     {"source", "aws.events"},
                     {"time", format_rfc3339(now)},
                     {"detail", json::object()}};
  return json::serialize(event);
}

http::Response parse_answer(std::string_view text) {
  try {
    return read_answer(parse_json_object(text));
  } catch (const std::exception&) {  // whatever is wrong with it
    return make_gateway_failure(502);
  }
}

http::Response parse_prelude(std::string_view text) {
  auto response = read_head(parse_json_object(text));
  take_length(response);
  return response;
}

http::Response make_gateway_failure(int status) {
  std::string_view words = "Internal Server Error";
  if (status == 413) words = "Request Too Long";
  if (status == 504) words = "Endpoint request timed out";
  return http::make_response(status, "application/json",
                             json::serialize(json::object{{"message", words}}));
}

}  // namespace tapedeck::lambda
