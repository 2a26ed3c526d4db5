// Strict framing of bodies (RFC 9112 6 and 7): one length, or chunks, and nothing in between.
#include <string>

#include <gtest/gtest.h>

#include "http/framing_case.h"

namespace tapedeck::http {
namespace {

std::string post(const std::string& lines, const std::string& body = "12345") {
  return "POST / HTTP/1.1\r\nHost: x\r\n" + lines + "\r\n\r\n" + body;
}
std::string chunks(const std::string& body) {
  return post("Transfer-Encoding: chunked", body);
}
const std::string end = "0\r\n\r\n";

TEST(Framing, of_content_lengths) {
  const FramingCase examples[] = {
      {post("Content-Length: 5"), 200},
      {post("content-length: 5"), 200},
      {post("Content-Length:5"), 200},
      {post("Content-Length: \t5 "), 200},
      {post("Content-Length: 005"), 200},
      {post("Content-Length: 0", ""), 200},
      {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345", 200},
      {"DELETE / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345", 200},
      {"POST / HTTP/1.1\r\nHost: x\r\n\r\n", 200},
      {post("Content-Length:")},
      {post("Content-Length: +5")},
      {post("Content-Length: -5")},
      {post("Content-Length: -0")},
      {post("Content-Length: 0x5")},
      {post("Content-Length: 5 5")},
      {post("Content-Length: 5, 5")},
      {post("Content-Length: 5,")},
      {post("Content-Length: ,5")},
      {post("Content-Length: 5, 6")},
      {post("Content-Length: 5\r\nContent-Length: 5")},
      {post("Content-Length: 5\r\nContent-Length: 6")},
      {post("Content-Length: 5\r\ncontent-length: 5")},
      {post("Content-Length: 5\r\nA: b\r\nContent-Length: 0")},
      {post("Content-Length: 5.0")},
      {post("Content-Length: 5e0")},
      {post("Content-Length: 5_0")},
      {post("Content-Length: five")},
      {post("Content-Length: \"5\"")},
      {post("Content-Length: 5;a")},
      {post("Content-Length: a5")},
      {post("Content-Length: 5a")},
      {post("Content-Length : 5")},
      {post("Content-Length: \r\n 5")},
      {post("Content-Length: 18446744073709551616")},
      {post("Content-Length: 18446744073709551621")},
      {post("Content-Length: 9223372036854775808")},
      {post("Content-Length: 99999999999999999999999")},
      {post("Content-Length: \xd9\xa5")},
  };
  expect_framings(examples);
}

TEST(Framing, of_transfer_codings) {
  const FramingCase examples[] = {
      {post("Transfer-Encoding: chunked", end), 200},
      {post("transfer-encoding: Chunked", end), 200},
      {post("Transfer-Encoding:CHUNKED", end), 200},
      {post("Transfer-Encoding: chunked \t", end), 200},
      {"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200},
      {post("Transfer-Encoding: chunked\r\nContent-Length: 5", end)},
      {post("Content-Length: 5\r\nTransfer-Encoding: chunked", end)},
      {post("Content-Length: 0\r\nTransfer-Encoding: chunked", end)},
      {post("Content-Length: 5\r\nTransfer-Encoding: identity")},
      {post("Content-Length: 5\r\nTransfer-Encoding:")},
      {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", end)},
      {post("Transfer-Encoding: chunked, chunked", end)},
      {post("Transfer-Encoding: gzip, chunked", end)},
      {post("Transfer-Encoding: chunked, gzip", end)},
      {post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", end)},
      {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", end)},
      {post("Transfer-Encoding: gzip", end)},
      {post("Transfer-Encoding: identity", end)},
      {post("Transfer-Encoding: identity, chunked", end)},
      {post("Transfer-Encoding: xchunked", end)},
      {post("Transfer-Encoding: chunkedx", end)},
      {post("Transfer-Encoding: chunk", end)},
      {post("Transfer-Encoding: chunked;a=b", end)},
      {post("Transfer-Encoding: \"chunked\"", end)},
      {post("Transfer-Encoding: 'chunked'", end)},
      {post("Transfer-Encoding: chunked,", end)},
      {post("Transfer-Encoding: ,chunked", end)},
      {post("Transfer-Encoding: , chunked", end)},
      {post("Transfer-Encoding:", end)},
      {post("Transfer-Encoding: \x0b"
            "chunked",
            end)},
      {post("Transfer-Encoding : chunked", end)},
      {post("Transfer-Encoding:\r\n chunked", end)},
      {post(" Transfer-Encoding: chunked", end)},
      {"POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"},
      {"POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n12345", 200},
  };
  expect_framings(examples);
}

TEST(Framing, of_chunks) {
  const std::string extension(256, 'e');
  const FramingCase examples[] = {
      {chunks("5\r\n12345\r\n" + end), 200},
      {chunks("05\r\n12345\r\n" + end), 200},
      {chunks("0000000000000005\r\n12345\r\n" + end), 200},
      {chunks("a\r\n1234567890\r\n" + end), 200},
      {chunks("A\r\n1234567890\r\n1\r\n1\r\n" + end), 200},
      {chunks("5\r\n12345\r\n000\r\n\r\n"), 200},
      {chunks("5;a\r\n12345\r\n" + end), 200},
      {chunks("5;a=b\r\n12345\r\n" + end), 200},
      {chunks("5;a=\"b;c\"\r\n12345\r\n" + end), 200},
      {chunks("5;" + extension + "\r\n12345\r\n" + end), 200},
      {chunks("0;a=b\r\n\r\n"), 200},
      {chunks("5\r\n\r\n\r\n\r\n\r\n" + end)},
      {chunks("5;" + extension + "e\r\n12345\r\n" + end)},
      {chunks("5;a\tb\r\n12345\r\n" + end)},
      {chunks("5;a\x01\r\n12345\r\n" + end)},
      {chunks("5;a\nb\r\n12345\r\n" + end)},
      {chunks("5;a\rb\r\n12345\r\n" + end)},
      {chunks("5;a\x7f\r\n12345\r\n" + end)},
      {chunks("5 ;a\r\n12345\r\n" + end)},
      {chunks("00000000000000005\r\n12345\r\n" + end)},
      {chunks("10000000000000005\r\n12345\r\n" + end)},
      {chunks("ffffffffffffffff\r\n12345\r\n" + end)},
      {chunks("8000000000000000\r\n12345\r\n" + end)},
      {chunks("0x5\r\n12345\r\n" + end)},
      {chunks("5_\r\n12345\r\n" + end)},
      {chunks("_5\r\n12345\r\n" + end)},
      {chunks("1_0\r\n1234567890123456\r\n" + end)},
      {chunks(" 5\r\n12345\r\n" + end)},
      {chunks("5 \r\n12345\r\n" + end)},
      {chunks("5\t\r\n12345\r\n" + end)},
      {chunks("+5\r\n12345\r\n" + end)},
      {chunks("-5\r\n12345\r\n" + end)},
      {chunks("5h\r\n12345\r\n" + end)},
      {chunks("g\r\n12345\r\n" + end)},
      {chunks("5.\r\n12345\r\n" + end)},
      {chunks("5,5\r\n12345\r\n" + end)},
      {chunks("\r\n12345\r\n" + end)},
      {chunks(";a\r\n12345\r\n" + end)},
      {chunks("5\n12345\r\n" + end)},
      {chunks("5\r12345\r\n" + end)},
      {chunks("5\r\r\n12345\r\n" + end)},
      {chunks("5\r\n12345\n" + end)},
      {chunks("5\r\n12345\r" + end)},
      {chunks("5\r\n12345" + end)},
      {chunks("5\r\n123456\r\n" + end)},
      {chunks("5\r\n12345XX" + end)},
      {chunks("5\r\n12345\r\n\r\n" + end)},
      {chunks("5\r\n12345\r\n0\n\n")},
      {chunks("5\r\n12345\r\n0\r\n\n")},
      {chunks("5\r\n12345\r\n0\r\r")},
      {chunks("5\r\n12345\r\n0\r\n\rX")},
  };
  expect_framings(examples);
}

TEST(Framing, of_trailers) {
  const FramingCase examples[] = {
      {chunks("0\r\nA: b\r\n\r\n"), 200},
      {chunks("0\r\nA: b\r\nC: d\r\n\r\n"), 200},
      {chunks("0\r\nA:\r\n\r\n"), 200},
      {chunks("0\r\nContent-Length: 5\r\n\r\n"), 200},
      {chunks("0\r\nTransfer-Encoding: gzip\r\nHost: y\r\n\r\n"), 200},
      {chunks("0\r\nA\r\n\r\n")},
      {chunks("0\r\nA : b\r\n\r\n")},
      {chunks("0\r\n A: b\r\n\r\n")},
      {chunks("0\r\nA: b\r\n c\r\n\r\n")},
      {chunks("0\r\n: b\r\n\r\n")},
      {chunks("0\r\nA: b\n\r\n")},
      {chunks("0\r\nA: b\rC: d\r\n\r\n")},
      {chunks("0\r\nA: \x01\r\n\r\n")},
      {chunks("0\r\nA b: c\r\n\r\n")},
      {chunks("0\r\nA: " + std::string(33 * KiB, 'b') + "\r\n\r\n")},
  };
  expect_framings(examples);
}

}  // namespace
}  // namespace tapedeck::http
