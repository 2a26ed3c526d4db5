#include "main/lambda_event.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json.h"
#include "http/refusal.h"
#include "http/server.h"
#include "main/lambda_body.h"

namespace tapedeck::lambda {

namespace {

/// The member as an object; an empty one when absent or null.
const json::object& object_in(const json::object& object, std::string_view name) {
  static const json::object none;
  const auto* member = object.if_contains(json::string_view(name.data(), name.size()));
  if (member == nullptr || member->is_null()) return none;
  if (!member->is_object()) {
    throw Error(Fault::invalid, fmt::format("The event's member \"{}\" is no object.", name));
  }
  return member->as_object();
}

std::string text_in(const json::object& object, std::string_view name) {
  return find_string(object, name).value_or("");
}

std::string_view view_of(const json::string& text) {
  return {text.data(), text.size()};
}

/// Calls `each(name, value)` for the values of a map of lists.
template <class Each>
void for_each_value(const json::object& lists, std::string_view what, Each each) {
  for (const auto& list : lists) {
    if (list.value().is_null()) continue;
    if (!list.value().is_array()) {
      throw Error(Fault::invalid, fmt::format("The event's {} are no lists.", what));
    }
    for (const auto& value : list.value().as_array()) {
      if (!value.is_string()) {
        throw Error(Fault::invalid, fmt::format("The event's {} are no texts.", what));
      }
      each(std::string(list.key()), std::string(view_of(value.as_string())));
    }
  }
}

template <class Each>
void for_each_text(const json::object& texts, std::string_view what, Each each) {
  for (const auto& text : texts) {
    if (!text.value().is_string()) {
      throw Error(Fault::invalid, fmt::format("The event's {} are no texts.", what));
    }
    each(std::string(text.key()), std::string(view_of(text.value().as_string())));
  }
}

bool is_hex(char c) {
  return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}

/// The path as it must have been in the request line. Gateways decode some of it: what no path may
/// hold is encoded again, and so is a "%" that begins no escape.
std::string encode_again(std::string_view path) {
  constexpr std::string_view plain = "-._~!$&'()*+,;=:@/";
  std::string out;
  for (std::size_t at = 0; at < path.size(); ++at) {
    auto c = path[at];
    auto escape = c == '%' && at + 2 < path.size() && is_hex(path[at + 1]) && is_hex(path[at + 2]);
    auto ascii_word = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (escape || ascii_word || plain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += http::percent_encode(path.substr(at, 1));
    }
  }
  return out;
}

/// What the parts of both formats are, brought to one form.
struct Raw {
  Gateway gateway = Gateway::http;
  std::string method;
  std::string target;
  http::Fields fields;
  std::string remote_address;
};

void add_query(std::string& target, const json::object& event) {
  auto separator = '?';
  auto add = [&](const std::string& name, const std::string& value) {
    target += std::exchange(separator, '&') + http::percent_encode(name) + '=' +
              http::percent_encode(value);
  };
  const auto& lists = object_in(event, "multiValueQueryStringParameters");
  if (!lists.empty()) {
    for_each_value(lists, "query parameters", add);
  } else {
    for_each_text(object_in(event, "queryStringParameters"), "query parameters", add);
  }
}

Raw read_first_format(const json::object& event) {
  const auto& context = object_in(event, "requestContext");
  Raw raw{.gateway = Gateway::rest, .method = text_in(event, "httpMethod")};
  raw.target = encode_again(text_in(event, "path"));
  add_query(raw.target, event);
  auto add = [&](std::string name, std::string value) {
    raw.fields.add(std::move(name), std::move(value));
  };
  const auto& lists = object_in(event, "multiValueHeaders");
  if (!lists.empty()) {
    for_each_value(lists, "headers", add);
  } else {
    for_each_text(object_in(event, "headers"), "headers", add);
  }
  raw.remote_address = text_in(object_in(context, "identity"), "sourceIp");
  return raw;
}

/// The path without the stage in front of it. A stage of "$default" has no prefix, and a domain of
/// the operator's own has none that could be told from a path.
std::string without_stage(std::string path, const json::object& context) {
  auto stage = text_in(context, "stage");
  auto own_domain = text_in(context, "domainPrefix") != text_in(context, "apiId");
  auto prefix = "/" + stage;
  if (stage.empty() || stage == "$default" || own_domain || !path.starts_with(prefix)) return path;
  path.erase(0, prefix.size());
  if (path.empty()) return "/";
  return path.front() == '/' ? path : prefix + path;
}

std::string joined_cookies(const json::object& event) {
  std::string all;
  for (const auto& cookie : find_strings(event, "cookies").value_or(std::vector<std::string>())) {
    all += (all.empty() ? "" : "; ") + cookie;
  }
  return all;
}

Raw read_second_format(const json::object& event) {
  const auto& context = object_in(event, "requestContext");
  const auto& request = object_in(context, "http");
  auto from_url = text_in(context, "domainName").find(".lambda-url.") != std::string::npos;
  Raw raw{.gateway = from_url ? Gateway::url : Gateway::http, .method = text_in(request, "method")};
  raw.target = encode_again(without_stage(text_in(event, "rawPath"), context));
  if (auto query = text_in(event, "rawQueryString"); !query.empty()) raw.target += '?' + query;
  for_each_text(object_in(event, "headers"), "headers", [&](std::string name, std::string value) {
    raw.fields.add(std::move(name), std::move(value));
  });
  if (auto cookies = joined_cookies(event); !cookies.empty()) raw.fields.set("Cookie", cookies);
  raw.remote_address = text_in(request, "sourceIp");
  return raw;
}

bool is_token(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return (c < 0x80 && std::isalnum(c) != 0) ||
           others.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

bool is_field_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7F; });
}

/// The limits and the syntax that the socket door holds requests to.
std::optional<http::Refusal> find_fault(const Raw& raw) {
  const http::ServerLimits limits;
  if (!is_token(raw.method)) return http::Refusal{400, "The method is malformed."};
  if (raw.method.size() + raw.target.size() > limits.request_line_bytes) {
    return http::Refusal{414, fmt::format("The request line has over {} bytes; shorten the URL.",
                                          limits.request_line_bytes)};
  }
  ByteCount bytes = 0;
  for (const auto& [name, value] : raw.fields) {
    bytes += name.size() + value.size();
    if (!is_token(name) || !is_field_value(value)) {
      return http::Refusal{400, "A header field is malformed."};
    }
  }
  if (raw.fields.size() > limits.header_fields || bytes > limits.header_bytes) {
    return http::Refusal{431, fmt::format("Send at most {} header fields and {} bytes of them.",
                                          limits.header_fields, limits.header_bytes)};
  }
  return std::nullopt;
}

http::Request make_request(Raw raw, http::Target target, std::string body) {
  http::Request request;
  request.method = std::move(raw.method);
  request.target = std::move(target);
  request.fields = std::move(raw.fields);
  request.remote_address = std::move(raw.remote_address);
  request.secure =
      http::equal_without_case(request.fields.find("X-Forwarded-Proto").value_or("https"), "https");
  request.body_bytes = body.size();
  request.fields.remove("Transfer-Encoding");
  if (!body.empty()) {
    request.fields.set("Content-Length", std::to_string(body.size()));
  } else if (request.fields.find("Content-Length") != "0") {
    request.fields.remove("Content-Length");
  }
  request.body = std::make_unique<MemorySource>(std::move(body));
  return request;
}

Event make_event(const json::object& event, Raw raw) {
  auto gateway = raw.gateway;
  if (auto fault = find_fault(raw)) return RefusedEvent{gateway, make_response(*fault)};
  auto target = http::parse_target(raw.target);
  if (!target || raw.target.front() != '/') {
    auto refusal = http::Refusal{400, "The request target is malformed."};
    return RefusedEvent{gateway, make_response(refusal)};
  }
  auto text = text_in(event, "body");
  auto base64 = find_bool(event, "isBase64Encoded").value_or(false);
  auto body = read_body(std::move(text), base64, raw.fields);
  if (body.refusal) return RefusedEvent{gateway, std::move(*body.refusal)};
  return HttpEvent{gateway,
                   make_request(std::move(raw), std::move(*target), std::move(body.bytes))};
}

bool is_scheduled(const json::object& event) {
  auto source = text_in(event, "source");
  return source == "aws.events" || source == "aws.scheduler";
}

/// EventBridge's own events have an empty detail; a scheduler's may be text.
ScheduledEvent read_schedule(const json::object& event) {
  const auto* detail = event.if_contains("detail");
  if (detail == nullptr || !detail->is_object()) return {};
  return {.all = find_string(detail->as_object(), "sweep") == "all"};
}

}  // namespace

Event parse_event(std::string_view text) {
  auto event = parse_json_object(text);
  if (event.contains("detail-type") && is_scheduled(event)) return read_schedule(event);
  const auto& context = object_in(event, "requestContext");
  auto version = find_string(event, "version");
  if (context.contains("http") && version == "2.0") {
    return make_event(event, read_second_format(event));
  }
  if (context.contains("elb")) {
    throw Error(Fault::invalid,
                "The event comes from a load balancer; connect an API Gateway or a Function URL.");
  }
  if (event.contains("httpMethod") && version.value_or("1.0") == "1.0") {
    return make_event(event, read_first_format(event));
  }
  throw Error(Fault::invalid,
              "The event is not of a kind that this function takes: API Gateway's payload formats "
              "1.0 and 2.0, a Function URL's, or EventBridge's schedule.");
}

}  // namespace tapedeck::lambda
