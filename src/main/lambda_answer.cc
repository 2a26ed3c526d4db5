#include "main/lambda_answer.h"

#include <utility>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/error.h"
#include "base/json.h"
#include "core/text.h"
#include "main/lambda_body.h"

namespace tapedeck::lambda {

namespace {

constexpr std::string_view prelude_end("\0\0\0\0\0\0\0\0", 8);

bool has_no_body(const http::Response& response) {
  return response.status < 200 || response.status == 204 || response.status == 304;
}

bool is_cookie(const http::FieldView& field) {
  return http::equal_without_case(field.name, "Set-Cookie");
}

/// One value for each name; of several fields the values joined (RFC 9110 5.3).
json::object joined_fields(const http::Fields& fields) {
  json::object joined;
  for (const auto& field : fields) {
    if (is_cookie(field)) continue;
    auto [place, added] = joined.emplace(field.name, field.value);
    if (!added)
      place->value() =
          fmt::format("{}, {}", std::string_view(place->value().as_string()), field.value);
  }
  return joined;
}

json::array cookies_of(const http::Fields& fields) {
  json::array cookies;
  for (const auto& field : fields) {
    if (is_cookie(field)) cookies.emplace_back(field.value);
  }
  return cookies;
}

json::object listed_fields(const http::Fields& fields) {
  json::object lists;
  for (const auto& field : fields) {
    auto [place, added] = lists.emplace(field.name, json::array());
    place->value().as_array().emplace_back(field.value);
  }
  return lists;
}

/// Without a body the size that a GET would have is only here.
void add_length(const http::Request& request, http::Response& response) {
  if (request.method != "HEAD" || !response.body_bytes) return;
  response.fields.set("Content-Length", std::to_string(*response.body_bytes));
}

void add_body(json::object& answer, const http::Fields& fields, std::string body) {
  auto text = is_text_type(fields.find("Content-Type").value_or("")) && is_utf8(body);
  answer["isBase64Encoded"] = !text && !body.empty();
  answer["body"] = text || body.empty() ? std::move(body) : to_base64(body);
}

}  // namespace

Task<std::string> make_buffered_answer(Gateway gateway, const http::Request& request,
                                       http::Response& response) {
  std::string body;
  if (response.body && !has_no_body(response)) {
    body = co_await read_all(*response.body, answer_bytes_max);
  }
  add_length(request, response);
  json::object answer{{"statusCode", response.status}};
  if (gateway == Gateway::rest) {
    answer["multiValueHeaders"] = listed_fields(response.fields);
  } else {
    answer["headers"] = joined_fields(response.fields);
    if (auto cookies = cookies_of(response.fields); !cookies.empty()) answer["cookies"] = cookies;
  }
  add_body(answer, response.fields, std::move(body));
  auto text = json::serialize(answer);
  if (text.size() > answer_bytes_max) {
    throw Error(Fault::too_large, "The answer has more bytes than Lambda carries at once.");
  }
  co_return text;
}

std::string make_prelude(const http::Response& response) {
  json::object prelude{{"statusCode", response.status},
                       {"headers", joined_fields(response.fields)}};
  auto cookies = cookies_of(response.fields);
  if (!cookies.empty()) prelude["cookies"] = cookies;
  return json::serialize(prelude) + std::string(prelude_end);
}

http::Response make_oversize_answer() {
  json::object problem{{"type", "/problems/answer-too-large"},
                       {"title", "The answer does not fit"},
                       {"status", 503},
                       {"detail",
                        "This server's gateway carries at most 6 MiB at once. Ask for a part with "
                        "\"Range: bytes=0-4194303\", or for a smaller page."},
                       {"retry_after", 60}};
  auto response = http::make_response(503, "application/problem+json", json::serialize(problem));
  response.fields.set("Retry-After", "60");
  response.fields.set("Cache-Control", "no-store");
  return response;
}

}  // namespace tapedeck::lambda
