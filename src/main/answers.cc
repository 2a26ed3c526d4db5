#include "main/answers.h"

#include <charconv>

#include <fmt/format.h>

#include "base/error.h"
#include "http/structured.h"
#include "main/setting_values.h"

namespace tapedeck {

namespace {

constexpr ByteCount answer_bytes_max = 64 * MiB;
constexpr ByteCount problem_bytes_max = 256 * KiB;
constexpr std::size_t line_bytes_max = 1 * MiB;

constexpr std::uint32_t retry_seconds_max = 3'600;

/// The fault is only roughly the server's: what a command does next depends on these.
Fault fault_of(int status) {
  switch (status) {
    case 401:
      return Fault::unauthenticated;
    case 403:
      return Fault::forbidden;
    case 404:
      return Fault::not_found;
    case 408:
      return Fault::timed_out;
    case 409:
      return Fault::conflict;
    case 410:
      return Fault::gone;
    case 422:
      return Fault::key_reused;
    case 423:
      return Fault::locked;
    case 429:
      return Fault::limited;
    case 507:
      return Fault::storage_full;
    default:
      return status < 500 ? Fault::invalid : Fault::unavailable;
  }
}

/// A date in Retry-After is as good as none: the clocks may differ.
std::optional<std::chrono::seconds> retry_after_of(const http::Fields& fields) {
  auto value = fields.find("Retry-After");
  auto seconds = value ? parse_number(*value, retry_seconds_max) : std::nullopt;
  if (!seconds) return std::nullopt;
  return std::chrono::seconds(*seconds);
}

/// The fault and the words of a problem (RFC 9457); of anything else (a proxy's page) the status.
Error error_of(const http::Response& response, const std::string& text) {
  boost::system::error_code broken;
  auto body = json::parse(text, broken);
  json::object problem;
  if (!broken && body.is_object()) problem = std::move(body.as_object());
  auto fault = fault_of(response.status);
  if (find_string(problem, "type") == "/problems/digest-mismatch") fault = Fault::digest_mismatch;
  auto otherwise = fmt::format(
      "The server answered with status {}. Is there a proxy between, or is the "
      "address another server's?",
      response.status);
  return {fault, find_string(problem, "detail").value_or(otherwise)};
}

void take_text(std::string_view text, const TakeLine& take) {
  if (text.empty()) return;
  auto line = parse_json_object(text);
  if (auto error = find_string(line, "error")) throw Error(Fault::internal, *error);
  take(line);
}

}  // namespace

std::optional<ByteCount> find_upload_offset(const http::Response& response) {
  auto value = response.fields.find("Upload-Offset");
  ByteCount offset = 0;
  if (!value) return std::nullopt;
  auto [end, broken] = std::from_chars(value->data(), value->data() + value->size(), offset);
  if (broken != std::errc() || end != value->data() + value->size()) return std::nullopt;
  return offset;
}

Task<void> refuse_problem(http::Response& response) {
  if (response.status < 300) co_return;
  std::string text;
  if (response.body) text = co_await read_all(*response.body, problem_bytes_max);
  auto error = error_of(response, text);
  error.retry_after = retry_after_of(response.fields);
  error.offset = find_upload_offset(response);
  throw error;
}

Task<json::value> read_answer(http::Response& response) {
  co_await refuse_problem(response);
  std::string text;
  if (response.body) text = co_await read_all(*response.body, answer_bytes_max);
  json::value value;
  if (!text.empty()) value = parse_json(text);
  co_return value;
}

std::optional<ByteCount> find_append_limit(const http::Response& response) {
  auto text = http::find_combined(response.fields, "Upload-Limit");
  auto limits = text ? http::parse_dictionary(*text) : std::nullopt;
  if (!limits) return std::nullopt;
  for (const auto& [name, member] : *limits) {
    const auto* bytes = member.find<std::int64_t>();
    if (name == "max-append-size" && bytes && *bytes > 0) return static_cast<ByteCount>(*bytes);
  }
  return std::nullopt;
}

Task<void> read_lines(http::Response& response, const TakeLine& take) {
  co_await refuse_problem(response);
  std::string waiting;
  for (;;) {
    auto chunk = co_await response.body->read();
    if (chunk.empty()) break;
    waiting += chunk;
    std::size_t begin = 0;
    for (auto end = waiting.find('\n'); end != std::string::npos; end = waiting.find('\n', begin)) {
      take_text(std::string_view(waiting).substr(begin, end - begin), take);
      begin = end + 1;
    }
    waiting.erase(0, begin);
    if (waiting.size() > line_bytes_max) throw Error(Fault::too_large, "A line is too long.");
  }
  take_text(waiting, take);
}

}  // namespace tapedeck
