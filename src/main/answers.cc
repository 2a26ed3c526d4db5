#include "main/answers.h"

#include <fmt/format.h>

#include "base/error.h"

namespace tapedeck {

namespace {

constexpr ByteCount answer_bytes_max = 64 * MiB;
constexpr ByteCount problem_bytes_max = 256 * KiB;
constexpr std::size_t line_bytes_max = 1 * MiB;

/// Every fault here has the same consequence, so the fault is only roughly the server's.
Fault fault_of(int status) {
  if (status == 401) return Fault::unauthenticated;
  if (status == 403) return Fault::forbidden;
  if (status == 404) return Fault::not_found;
  if (status == 409) return Fault::conflict;
  return status < 500 ? Fault::invalid : Fault::unavailable;
}

/// The words of a problem; of anything else (a proxy's page) the status.
std::string words_of(const http::Response& response, const std::string& text) {
  boost::system::error_code broken;
  auto body = json::parse(text, broken);
  if (!broken && body.is_object()) {
    auto detail = body.as_object().find("detail");
    if (detail != body.as_object().end() && detail->value().is_string()) {
      return std::string(detail->value().as_string());
    }
  }
  return fmt::format(
      "The server answered with status {}. Is there a proxy between, or is the "
      "address another server's?",
      response.status);
}

void take_text(std::string_view text, const TakeLine& take) {
  if (text.empty()) return;
  auto line = parse_json_object(text);
  if (auto error = find_string(line, "error")) throw Error(Fault::internal, *error);
  take(line);
}

}  // namespace

Task<void> refuse_problem(http::Response& response) {
  if (response.status < 300) co_return;
  std::string text;
  if (response.body) text = co_await read_all(*response.body, problem_bytes_max);
  throw Error(fault_of(response.status), words_of(response, text));
}

Task<json::value> read_answer(http::Response& response) {
  co_await refuse_problem(response);
  std::string text;
  if (response.body) text = co_await read_all(*response.body, answer_bytes_max);
  json::value value;
  if (!text.empty()) value = parse_json(text);
  co_return value;
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
