#include "main/lambda_runtime_api.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json.h"

namespace tapedeck::lambda {

namespace {

constexpr std::string_view root = "/2018-06-01/runtime/";
constexpr ByteCount event_bytes_max = 16 * MiB;    // Lambda's own limit is 6 MiB
constexpr ByteCount answer_bytes_kept = 64 * KiB;  // of what the API says to a post
constexpr std::size_t id_chars_max = 200;

http::ClientOptions client_options() {
  http::ClientOptions options;
  options.idle_time = std::chrono::hours(24 * 365);  // a frozen process waits, and is not late
  options.idle_connections_max = 1;
  return options;
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= id_chars_max &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return (c < 0x80 && std::isalnum(c) != 0) || c == '-';
         });
}

[[noreturn]] void refuse(std::string_view what) {
  throw Error(Fault::unavailable, fmt::format("Lambda's Runtime API {}.", what));
}

Time parse_deadline(std::string_view text) {
  std::int64_t millis = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), millis);
  if (failed != std::errc() || end != text.data() + text.size() || millis <= 0) {
    refuse(fmt::format("gave \"{}\" as the deadline of an event", text.substr(0, id_chars_max)));
  }
  return Time(Millis(millis));
}

std::string field_of(const http::Response& response, std::string_view name) {
  return std::string(response.fields.find(name).value_or(""));
}

std::string target_of(const Invocation& invocation, std::string_view what) {
  return fmt::format("{}invocation/{}/{}", root, invocation.request_id, what);
}

void check_accepted(int status) {
  if (status != 202) refuse(fmt::format("answered {} to an answer", status));
}

}  // namespace

std::optional<http::Origin> parse_runtime_api(std::string_view text) {
  auto origin = http::parse_origin(fmt::format("http://{}", text));
  return origin && !origin->host.empty() ? origin : std::nullopt;
}

RuntimeApi::RuntimeApi(http::Origin origin) : client_(std::move(origin), client_options()) {}

Task<Invocation> RuntimeApi::next() {
  http::ClientRequest request;
  request.target = fmt::format("{}invocation/next", root);
  auto response = co_await client_.send(request);
  if (response.status != 200) refuse(fmt::format("answered {} instead of 200", response.status));
  Invocation invocation;
  invocation.request_id = field_of(response, "Lambda-Runtime-Aws-Request-Id");
  if (!is_id(invocation.request_id)) refuse("gave an event without a usable id");
  invocation.deadline = parse_deadline(field_of(response, "Lambda-Runtime-Deadline-Ms"));
  invocation.trace_id = field_of(response, "Lambda-Runtime-Trace-Id");
  invocation.event = co_await read_all(*response.body, event_bytes_max);
  co_return invocation;
}

Task<int> RuntimeApi::post(std::string target, http::Fields fields, std::string body) {
  http::ClientRequest request;
  request.method = "POST";
  request.target = std::move(target);
  request.fields = std::move(fields);
  request.body_bytes = body.size();
  MemorySource source(std::move(body));
  request.body = &source;
  auto response = co_await client_.send(request);
  co_await read_all(*response.body, answer_bytes_kept);
  co_return response.status;
}

Task<bool> RuntimeApi::respond(const Invocation& invocation, std::string answer) {
  http::Fields fields;
  fields.set("Content-Type", "application/json");
  auto status = co_await post(target_of(invocation, "response"), fields, std::move(answer));
  if (status == 413) co_return false;
  check_accepted(status);
  co_return true;
}

Task<void> RuntimeApi::stream(const Invocation& invocation, ByteSource& answer) {
  http::ClientRequest request;
  request.method = "POST";
  request.target = target_of(invocation, "response");
  request.fields.set("Lambda-Runtime-Function-Response-Mode", "streaming");
  request.fields.set("Content-Type", "application/vnd.awslambda.http-integration-response");
  request.body = &answer;
  auto response = co_await client_.send(request);
  co_await read_all(*response.body, answer_bytes_kept);
  check_accepted(response.status);
}

Task<void> RuntimeApi::post_error(std::string target, std::string_view type,
                                  std::string_view what) {
  http::Fields fields;
  fields.set("Content-Type", "application/json");
  fields.set("Lambda-Runtime-Function-Error-Type", std::string(type));
  json::object error{{"errorType", type}, {"errorMessage", what}, {"stackTrace", json::array()}};
  auto status = co_await post(std::move(target), fields, json::serialize(error));
  check_accepted(status);
}

Task<void> RuntimeApi::fail(const Invocation& invocation, std::string_view type,
                            std::string_view what) {
  co_await post_error(target_of(invocation, "error"), type, what);
}

Task<void> RuntimeApi::fail_init(std::string_view type, std::string_view what) {
  co_await post_error(fmt::format("{}init/error", root), type, what);
}

}  // namespace tapedeck::lambda
