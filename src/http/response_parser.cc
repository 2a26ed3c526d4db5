#include "http/response_parser.h"

#include <limits>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <fmt/format.h>

#include "base/error.h"

namespace tapedeck::http {

namespace beast = boost::beast;

/// Collects what Beast's parser finds.
struct ResponseParser::Inside final : beast::http::basic_parser<false> {
  using Text = beast::string_view;
  using Code = beast::error_code;

  explicit Inside(bool to_head) {
    eager(true);
    skip(to_head);
    header_limit(response_head_bytes_max);
    body_limit(boost::none);  // it is streamed, never held
  }

  int status = 0;
  Fields fields;
  std::string body;

  void on_request_impl(beast::http::verb, Text, Text, int, Code&) override {}
  void on_response_impl(int code, Text, int, Code&) override { status = code; }
  void on_field_impl(beast::http::field, Text name, Text value, Code&) override {
    if (is_header_done()) return;  // trailers are never merged into the head
    fields.add({name.data(), name.size()}, {value.data(), value.size()});
  }
  void on_header_impl(Code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
  std::size_t on_body_impl(Text bytes, Code&) override {
    body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, Code&) override {
    body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_finish_impl(Code&) override {}
};

ResponseParser::ResponseParser(bool to_head) : inside_(std::make_unique<Inside>(to_head)) {}
ResponseParser::~ResponseParser() = default;

std::size_t ResponseParser::put(ByteView bytes) {
  beast::error_code failed;
  auto used = inside_->put(boost::asio::buffer(bytes.data(), bytes.size()), failed);
  if (failed && failed != beast::http::error::need_more) {
    throw Error(Fault::unavailable, fmt::format("the answer is not HTTP: {}", failed.message()));
  }
  return used;
}

void ResponseParser::put_end() {
  beast::error_code failed = beast::http::error::partial_message;
  if (inside_->got_some()) {
    failed.clear();
    inside_->put_eof(failed);
  }
  if (failed) {
    throw Error(Fault::unavailable,
                has_head() ? "the answer was cut off" : "the connection ended without an answer");
  }
}

bool ResponseParser::has_head() const {
  return inside_->is_header_done();
}
bool ResponseParser::is_complete() const {
  return inside_->is_done();
}
bool ResponseParser::keeps_alive() const {
  return inside_->keep_alive();
}
int ResponseParser::status() const {
  return inside_->status;
}

std::optional<ByteCount> ResponseParser::body_bytes() const {
  auto length = inside_->content_length();
  if (!length) return std::nullopt;
  return *length;
}

Fields ResponseParser::take_fields() {
  return std::move(inside_->fields);
}
std::string ResponseParser::take_body() {
  return std::exchange(inside_->body, {});
}

}  // namespace tapedeck::http
