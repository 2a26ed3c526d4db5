// Strict framing of request heads (RFC 9112 2 to 6): what two readers could understand
// differently is refused.
#include <string>

#include <gtest/gtest.h>

#include "http/framing_case.h"

namespace tapedeck::http {
namespace {

std::string line(const std::string& request_line) {
  return request_line + "\r\nHost: x\r\n\r\n";
}
std::string field(const std::string& field_line) {
  return "GET / HTTP/1.1\r\nHost: x\r\n" + field_line + "\r\n\r\n";
}
std::string host(const std::string& lines) {
  return "GET / HTTP/1.1\r\n" + lines + "\r\n";
}
std::string many_fields(int count) {
  std::string text = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 1; i < count; ++i) text += "A: b\r\n";
  return text + "\r\n";
}
const std::string nul(1, '\0');

const FramingCase request_lines[] = {
    {line("GET / HTTP/1.1"), 200},
    {line("GET /?a=b&c HTTP/1.1"), 200},
    {line("get / HTTP/1.1"), 200},
    {line("M-SEARCH / HTTP/1.1"), 200},
    {line("!#$%&'*+-.^_`|~ / HTTP/1.1"), 200},
    {line("OPTIONS * HTTP/1.1"), 200},
    {line("GET http://x/ HTTP/1.1"), 200},
    {line("GET http://X:80/ HTTP/1.1"), 200},
    {line("GET /a%2Fb HTTP/1.1"), 200},
    {line("GET //a HTTP/1.1"), 200},
    {"\r\n" + line("GET / HTTP/1.1"), 200},
    {"\r\n\r\n" + line("GET / HTTP/1.1")},
    {"\n" + line("GET / HTTP/1.1")},
    {line("GET * HTTP/1.1")},
    {line("GET  / HTTP/1.1")},
    {line("GET /  HTTP/1.1")},
    {line(" GET / HTTP/1.1")},
    {line("GET / HTTP/1.1 ")},
    {line("GET\t/ HTTP/1.1")},
    {line("GET /\tHTTP/1.1")},
    {line("GET /a b HTTP/1.1")},
    {line("GET /")},
    {line("GET")},
    {line("/ HTTP/1.1")},
    {line("GET HTTP/1.1")},
    {line("G(T / HTTP/1.1")},
    {line("G@T / HTTP/1.1")},
    {line("GET: / HTTP/1.1")},
    {line("\"GET\" / HTTP/1.1")},
    {line("G\xc3\x84T / HTTP/1.1")},
    {line("GET a HTTP/1.1")},
    {line("GET x:80 HTTP/1.1")},
    {line("CONNECT x:80 HTTP/1.1")},
    {line("GET /#top HTTP/1.1")},
    {line("GET /%zz HTTP/1.1")},
    {line("GET /%2 HTTP/1.1")},
    {line("GET /%00 HTTP/1.1")},
    {line("GET /" + nul + " HTTP/1.1")},
    {line("GET /\x01 HTTP/1.1")},
    {line("GET /\x7f HTTP/1.1")},
    {line("GET /\x1b[0m HTTP/1.1")},
    {line("GET http://y/ HTTP/1.1")},
    {line("GET http://x:81/ HTTP/1.1")},
    {line("GET http://user@x/ HTTP/1.1")},
    {line("GET http:/// HTTP/1.1")},
    {line("GET ftp://x/ HTTP/1.1")},
    {line("GET / http/1.1")},
    {line("GET / HTTP/1.1.1")},
    {line("GET / HTTP/11")},
    {line("GET / HTTP/1")},
    {line("GET / HTTP/1,1")},
    {line("GET / HTTP/1.10")},
    {line("GET / HTTP/01.1")},
    {line("GET / HTTP/+1.1")},
    {line("GET / HTTP /1.1")},
    {line("GET / HTTPS/1.1")},
    {line("GET / XTTP/1.1")},
    {line("GET / HTTP/a.b")},
    {line("GET / HTTP/0.9"), 505},
    {line("GET / HTTP/1.2"), 505},
    {line("GET / HTTP/1.9"), 505},
    {line("GET / HTTP/2.0"), 505},
    {line("GET / HTTP/9.9"), 505},
    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    {line("GET /" + std::string(8 * KiB - 14, 'a') + " HTTP/1.1"), 200},
    {line("GET /" + std::string(8 * KiB - 13, 'a') + " HTTP/1.1"), 414},
    {line("GET /" + std::string(20 * KiB, 'a') + " HTTP/1.1"), 414},
    {std::string(9 * KiB, 'G'), 414},
};

TEST(Framing, of_request_lines) {
  expect_framings(request_lines);
}

TEST(Framing, of_line_ends) {
  const FramingCase examples[] = {
      {"GET / HTTP/1.1\nHost: x\n\n"},
      {"GET / HTTP/1.1\nHost: x\r\n\r\n"},
      {"GET / HTTP/1.1\r\nHost: x\n\r\n"},
      {"GET / HTTP/1.1\r\nHost: x\r\n\n"},
      {"GET / HTTP/1.1\rHost: x\r\r"},
      {"GET / HTTP/1.1\r\r\nHost: x\r\n\r\n"},
      {"GET / HTTP/1.1\r\nHost: x\r\r\n\r\n"},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: b\rC: d\r\n\r\n"},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: b\nC: d\r\n\r\n"},
      {"GET /\rX HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"GET / HTTP/1.1\r\nHost: x\r\n\rGET"},
  };
  expect_framings(examples);
}

TEST(Framing, of_fields) {
  const FramingCase examples[] = {
      {field("A: b"), 200},
      {field("A:b"), 200},
      {field("A:"), 200},
      {field("A: \t b \t"), 200},
      {field("A: b\tc"), 200},
      {field("A: caf\xc3\xa9"), 200},
      {field("!#$%&'*+-.^_`|~9z: b"), 200},
      {field("A: b\r\nA: c"), 200},
      {field("A : b")},
      {field("A\t: b")},
      {field(" A: b")},
      {field("\tA: b")},
      {field("A: b\r\n c")},
      {field("A: b\r\n\tc")},
      {field("A: b\r\n ")},
      {field(": b")},
      {field("A")},
      {field("A b: c")},
      {field("A(b): c")},
      {field("A/b: c")},
      {field("A@b: c")},
      {field("A[b]: c")},
      {field("A=b: c")},
      {field("A\"b: c")},
      {field("A,b: c")},
      {field("A;b: c")},
      {field("A{b}: c")},
      {field("A\\b: c")},
      {field("A?b: c")},
      {field("\xc3\x84: b")},
      {field("A" + nul + ": b")},
      {field("A\x01: b")},
      {field("A: " + nul)},
      {field("A: b" + nul + "c")},
      {field("A: \x01")},
      {field("A: \x08"
             "c")},
      {field("A: b\x0b"
             "c")},
      {field("A: b\x0c"
             "c")},
      {field("A: \x1b[0m")},
      {field("A: b\x7f")},
      {"GET / HTTP/1.1\r\n Host: x\r\n\r\n"},
      {many_fields(100), 200},
      {many_fields(101), 431},
      {many_fields(500), 431},
      {field("A: " + std::string(30 * KiB, 'b')), 200},
      {field("A: " + std::string(33 * KiB, 'b')), 431},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(40 * KiB, 'b'), 431},
      {field("Expect: 100-Continue"), 200},
      {field("Expect: 200-maybe"), 417},
      {field("Expect: 100-continue, x"), 417},
      {field("Expect:"), 417},
      {field("Connection: keep-alive"), 200},
      {field("Connection: Upgrade\r\nUpgrade: websocket"), 200},
      {field("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA"), 200},
  };
  expect_framings(examples);
}

TEST(Framing, of_hosts) {
  const FramingCase examples[] = {
      {host("Host: example.com\r\n"), 200},
      {host("host: example.com:8080\r\n"), 200},
      {host("HOST: 192.0.2.1\r\n"), 200},
      {host("Host: [::1]\r\n"), 200},
      {host("Host: [2001:db8::1]:443\r\n"), 200},
      {host("Host: x:\r\n"), 200},
      {host("Host: a_b\r\n"), 200},
      {host("")},
      {host("A: b\r\n")},
      {host("Host:\r\n")},
      {host("Host: \t \r\n")},
      {host("Host: a\r\nHost: a\r\n")},
      {host("Host: a\r\nhost: b\r\n")},
      {host("Host: a, b\r\n")},
      {host("Host: a b\r\n")},
      {host("Host: a/b\r\n")},
      {host("Host: user@a\r\n")},
      {host("Host: a?b\r\n")},
      {host("Host: a#b\r\n")},
      {host("Host: a\\b\r\n")},
      {host("Host: http://a\r\n")},
      {host("Host: a:b\r\n")},
      {host("Host: a:80:80\r\n")},
      {host("Host: a:99999\r\n")},
      {host("Host: a:-1\r\n")},
      {host("Host: :80\r\n")},
      {host("Host: ::1\r\n")},
      {host("Host: [::1\r\n")},
      {host("Host: []\r\n")},
      {host("Host: [x]\r\n")},
      {host("Host: [::1]80\r\n")},
      {host("Host: caf\xc3\xa9\r\n")},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200},
      {"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"},
      {"GET / HTTP/1.0\r\nHost: a b\r\n\r\n"},
  };
  expect_framings(examples);
}

}  // namespace
}  // namespace tapedeck::http
