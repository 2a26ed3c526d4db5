#include "http/head_parser.h"

#include <algorithm>
#include <array>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "http/framing.h"

namespace tapedeck::http {

namespace {

namespace beast = boost::beast;

std::string_view view_of(beast::string_view text) {
  return {text.data(), text.size()};
}

/// Beast tells the tokens; what they mean for us is decided in framing.cc.
class Collector final : public beast::http::basic_parser<true> {
 public:
  explicit Collector(RequestHead& head) : head_(&head) {
    body_limit(boost::none);
    header_limit(std::numeric_limits<std::uint32_t>::max());  // HeadScanner has counted
    skip(true);                                               // bodies are RequestBody's
  }

 private:
  using Code = beast::error_code;
  using Text = beast::string_view;

  void on_request_impl(beast::http::verb, Text method, Text target, int, Code&) override {
    head_->method = view_of(method);
    head_->target.raw = view_of(target);
  }
  void on_field_impl(beast::http::field, Text name, Text value, Code&) override {
    head_->fields.add(view_of(name), view_of(value));
  }
  void on_response_impl(int, Text, int, Code&) override {}
  void on_header_impl(Code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
  std::size_t on_body_impl(Text, Code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text, Code&) override { return 0; }
  void on_finish_impl(Code&) override {}

  RequestHead* head_;
};

Refusal refuse(int status, std::string detail) {
  return {.status = status, .detail = std::move(detail)};
}

/// A control character other than those named. Looks at all of it, which is quicker than to stop
/// where one is: there is none.
bool has_control(ByteView text, std::array<char, 3> allowed) {
  auto found = false;
  for (char c : text) {
    auto control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    found |= control && c != allowed[0] && c != allowed[1] && c != allowed[2];
  }
  return found;
}

/// The version is judged before Beast, which knows no 505 and takes no view on spaces.
std::optional<Refusal> check_request_line(ByteView line, bool& old_client) {
  if (has_control(line, {' ', ' ', ' '})) {
    return refuse(400, "The request line holds a control character.");
  }
  if (std::count(line.begin(), line.end(), ' ') != 2) {
    return refuse(400, "The request line must be a method, a target and HTTP/1.1.");
  }
  auto version = line.substr(line.rfind(' ') + 1);
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (version.size() != 8 || !version.starts_with("HTTP/") || version[6] != '.' ||
      !digit(version[5]) || !digit(version[7])) {
    return refuse(400, "The request line must end with HTTP/1.1.");
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return refuse(505, "This server speaks HTTP/1.1 and HTTP/1.0.");
  }
  old_client = version == "HTTP/1.0";
  return std::nullopt;
}

Refusal refusal_of(const beast::error_code& code) {
  using beast::http::error;
  if (code == error::bad_method) return refuse(400, "The method is not a token.");
  if (code == error::bad_target) return refuse(400, "The request target is malformed.");
  if (code == error::bad_field) {
    return refuse(400, "A field name is malformed; a colon must follow it at once.");
  }
  if (code == error::bad_value) return refuse(400, "A field value holds a control character.");
  if (code == error::bad_content_length || code == error::multiple_content_length) {
    return refuse(400,
                  "Content-Length must be one decimal number, once, without "
                  "Transfer-Encoding.");
  }
  if (code == error::bad_transfer_encoding) {
    return refuse(400, "The only Transfer-Encoding taken is chunked, once.");
  }
  return refuse(400, "The request head is malformed.");
}

}  // namespace

std::variant<RequestHead, Refusal> parse_head(ByteView bytes) {
  RequestHead head;
  auto line = bytes.substr(0, bytes.find('\r'));
  if (auto refusal = check_request_line(line, head.old_client)) return *refusal;
  auto rest = bytes.substr(line.size());
  if (has_control(rest, {'\t', '\r', '\n'})) {
    return refuse(400, "The request head holds a control character.");
  }
  head.fields.reserve(rest.size());
  Collector collector(head);
  beast::error_code code;
  collector.put(boost::asio::const_buffer(bytes.data(), bytes.size()), code);
  if (code) return refusal_of(code);
  if (!collector.is_header_done()) return refuse(400, "The request head is malformed.");

  auto raw = std::move(head.target.raw);
  auto target = parse_target(raw);
  if (!target || (raw == "*" && head.method != "OPTIONS")) {
    return refuse(400, "The request target is malformed.");
  }
  head.target = std::move(*target);
  if (auto refusal = apply_framing_rules(head, raw)) return *refusal;
  return head;
}

}  // namespace tapedeck::http
