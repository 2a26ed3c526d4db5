#include "http/response_head.h"

#include <array>
#include <charconv>
#include <iterator>

#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

namespace tapedeck::http {

namespace {

bool is_framing(std::string_view name) {
  switch (name.size()) {  // most fields need no comparison
    case 4:
      return equal_without_case(name, "Date");
    case 10:
      return equal_without_case(name, "Connection") || equal_without_case(name, "Keep-Alive");
    case 14:
      return equal_without_case(name, "Content-Length");
    case 17:
      return equal_without_case(name, "Transfer-Encoding");
    default:
      return false;
  }
}

void append_number(std::string& out, ByteCount number) {
  std::array<char, 20> digits{};
  auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_clean(std::string& out, std::string_view value) {
  auto begin = out.size();
  out.append(value);
  for (auto* at = out.data() + begin; at != out.data() + out.size(); ++at) {  // vectorized
    auto control = (static_cast<unsigned char>(*at) < 0x20 && *at != '\t') || *at == 0x7f;
    *at = control ? ' ' : *at;
  }
}

void append_status(std::string& out, int status) {
  if (status == 200) {
    out.append("HTTP/1.1 200 OK\r\n");
    return;
  }
  auto code = boost::beast::http::int_to_status(static_cast<unsigned>(status));
  auto reason = boost::beast::http::obsolete_reason(code);
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} ", status);
  if (code != boost::beast::http::status::unknown) out.append(reason.data(), reason.size());
  if (status == 104) out.append("Upload Resumption Supported");  // not in Beast yet
  out.append("\r\n");
}

void append_fields(std::string& out, const Fields& fields) {
  for (const auto& field : fields) {
    if (is_framing(field.name)) continue;
    append_clean(out, field.name);
    out.append(": ");
    append_clean(out, field.value);
    out.append("\r\n");
  }
}

}  // namespace

ResponseFraming frame_response(const Response& response, bool head_request, bool old_client,
                               bool close) {
  ResponseFraming framing;
  framing.close = close;
  framing.name_keep_alive = old_client;
  if (response.status < 200 || response.status == 204 || response.status == 304) {
    framing.body = false;
    return framing;
  }
  framing.length = response.body ? response.body_bytes : ByteCount{0};
  if (head_request) {
    framing.body = false;
    if (!response.body) framing.length = response.body_bytes;
    return framing;
  }
  if (framing.length) return framing;
  framing.chunked = !old_client;
  if (old_client) framing.close = true;
  return framing;
}

void append_response_head(std::string& out, const Response& response,
                          const ResponseFraming& framing, std::string_view date) {
  append_status(out, response.status);
  out.append("Date: ").append(date).append("\r\n");
  append_fields(out, response.fields);
  if (framing.length) {
    out.append("Content-Length: ");
    append_number(out, *framing.length);
    out.append("\r\n");
  }
  if (framing.chunked) out.append("Transfer-Encoding: chunked\r\n");
  if (framing.close) {
    out.append("Connection: close\r\n");
  } else if (framing.name_keep_alive) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

void append_informational(std::string& out, const Response& response) {
  append_status(out, response.status);
  append_fields(out, response.fields);
  out.append("\r\n");
}

}  // namespace tapedeck::http
