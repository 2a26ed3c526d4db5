#include "api/original_bodies.h"

#include <fmt/format.h>

#include "api/problem.h"
#include "core/original_id.h"
#include "core/text.h"

namespace tapedeck::api {

namespace {

/// The code point at the front of valid UTF-8, which is taken off.
char32_t take_code_point(std::string_view& text) {
  auto first = static_cast<unsigned char>(text.front());
  std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  char32_t point = length == 1 ? first : first & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    point = point << 6 | (static_cast<unsigned char>(text[i]) & 0x3fu);
  }
  text.remove_prefix(length);
  return point;
}

std::string escaped(char32_t point) {
  auto unit = [](char32_t value) {
    return fmt::format("\\u{:04x}", static_cast<std::uint32_t>(value));
  };
  if (point < 0x10000) return unit(point);
  point -= 0x10000;
  return unit(0xd800 + (point >> 10)) + unit(0xdc00 + (point & 0x3ff));
}

}  // namespace

std::string python_quoted(std::string_view given) {
  // Cleaning repairs what is not UTF-8; names from the catalog are clean already.
  const std::string repaired = is_utf8(given) ? "" : clean_text(given, given.size() * 3);
  std::string_view text = is_utf8(given) ? given : std::string_view(repaired);
  std::string quoted = "\"";
  while (!text.empty()) {
    auto point = take_code_point(text);
    switch (point) {
      case '"':
        quoted += "\\\"";
        break;
      case '\\':
        quoted += "\\\\";
        break;
      case '\n':
        quoted += "\\n";
        break;
      case '\r':
        quoted += "\\r";
        break;
      case '\t':
        quoted += "\\t";
        break;
      case '\b':
        quoted += "\\b";
        break;
      case '\f':
        quoted += "\\f";
        break;
      default:
        quoted += point >= 0x20 && point < 0x7f ? std::string(1, static_cast<char>(point))
                                                : escaped(point);
    }
  }
  return quoted + "\"";
}

http::Response original_json(int status, std::string_view body) {
  return http::make_response(status, "application/json", std::string(body));
}

http::Response original_error(int status, std::string_view text) {
  return original_json(status, R"({"error": )" + python_quoted(text) + "}");
}

http::Response original_refusal(int status, std::string_view code, std::string_view message) {
  return original_json(status, R"({"Code": )" + python_quoted(code) + R"(, "Message": )" +
                                   python_quoted(message) + "}");
}

http::Response original_failure(const Error& error, std::string_view method, bool login) {
  auto status = status_of(error.fault());
  http::Response response;
  if (status >= 500) {
    // It knew one kind of failure, and its clients keep their copy then.
    response = login ? original_error(500, "The login failed; try again.")
                     : original_json(500, original_fail);
  } else if (login) {
    response = original_error(status, error.what());
  } else {
    auto absent = method == "DELETE" && error.fault() == Fault::not_found;
    response = original_json(absent ? 400 : status, original_fail);
  }
  if (error.retry_after) {
    response.fields.set("Retry-After", std::to_string(error.retry_after->count()));
  }
  return response;
}

std::string original_record(const Recording& recording, std::string_view user_id) {
  auto date = format_rfc3339(recording.created_at).substr(0, 10);
  auto id = original_id_of(recording).value_or(recording.id.text());
  return R"({"id": )" + python_quoted(id) + R"(, "user_id": )" + python_quoted(user_id) +
         R"(, "file_name": )" + python_quoted(recording.description.file_name) +
         R"(, "created_at": ")" + date + "\"}";
}

}  // namespace tapedeck::api
