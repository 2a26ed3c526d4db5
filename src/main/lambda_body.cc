#include "main/lambda_body.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/encoding.h"
#include "base/json.h"
#include "http/refusal.h"

namespace tapedeck::lambda {

namespace {

constexpr std::string_view replaced = "\xEF\xBF\xBD";  // U+FFFD

EventBody refuse_mangled() {
  json::object problem{
      {"type", "/problems/gateway-misconfigured"},
      {"title", "The gateway damages binary bodies"},
      {"status", 500},
      {"detail",
       "API Gateway passed these bytes on as text, which may have damaged them; nothing was "
       "stored. The server's admin must set binaryMediaTypes of the REST API to [\"*/*\"] and "
       "deploy it again."}};
  auto response = http::make_response(500, "application/problem+json", json::serialize(problem));
  response.fields.set("Cache-Control", "no-store");
  return {.bytes = {}, .refusal = std::move(response)};
}

EventBody refuse(std::string detail) {
  return {.bytes = {}, .refusal = make_response(http::Refusal{400, std::move(detail)})};
}

/// True unless the request announced another size. One that is compressed may have been unpacked.
bool is_size_announced(std::size_t bytes, const http::Fields& fields) {
  auto announced = fields.find("Content-Length");
  if (!announced || fields.contains("Content-Encoding")) return true;
  std::size_t number = 0;
  auto end = announced->data() + announced->size();
  auto [stop, failed] = std::from_chars(announced->data(), end, number);
  return failed == std::errc() && stop == end && number == bytes;
}

}  // namespace

bool is_text_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  while (type.ends_with(' ')) type.pop_back();
  std::transform(type.begin(), type.end(), type.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return type.starts_with("text/") || type.ends_with("+json") || type.ends_with("+xml") ||
         type == "application/json" || type == "application/xml" ||
         type == "application/javascript" || type == "application/x-www-form-urlencoded";
}

EventBody read_body(std::string text, bool base64, const http::Fields& fields) {
  if (base64) {
    auto bytes = parse_base64(text);
    if (!bytes) return refuse("The gateway's body is no base 64.");
    if (!is_size_announced(bytes->size(), fields)) {
      return refuse("The body has another size than Content-Length says; send it again.");
    }
    return {.bytes = std::move(*bytes), .refusal = {}};
  }
  if (text.empty()) return {};
  if (!is_text_type(fields.find("Content-Type").value_or(""))) return refuse_mangled();
  if (!is_size_announced(text.size(), fields)) return refuse_mangled();
  auto suspect = text.find(replaced) != std::string::npos;
  if (suspect && !fields.contains("Content-Length")) return refuse_mangled();
  return {.bytes = std::move(text), .refusal = {}};
}

}  // namespace tapedeck::lambda
