#include "http/client.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "http/canned_server.h"

namespace tapedeck::http {
namespace {

using testing::HasSubstr;

/// The message of the Error{unavailable} (or `fault`) that the call throws.
template <class Call>
std::string failure_of(Call call, Fault fault = Fault::unavailable) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), fault) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

TEST(OriginTest, ReadsThreeKinds) {
  struct Case {
    std::string_view url;
    std::string_view scheme, host;
    std::uint16_t port;
  };
  for (const auto& [url, scheme, host, port] : std::vector<Case>{
           {"http://localhost:8080", "http", "localhost", 8080},
           {"HTTP://localhost/", "http", "localhost", 80},
           {"https://a.example", "https", "a.example", 443},
           {"https://[::1]:8443", "https", "::1", 8443},
           {"http://[::1]", "http", "::1", 80},
           {"unix:/run/admin.sock", "unix", "/run/admin.sock", 0},
       }) {
    auto origin = parse_origin(url);
    ASSERT_TRUE(origin) << url;
    EXPECT_EQ(origin->scheme, scheme) << url;
    EXPECT_EQ(origin->host, host) << url;
    EXPECT_EQ(origin->port, port) << url;
  }
}

TEST(OriginTest, RefusesTheRest) {
  for (auto url :
       {"", "localhost:8080", "ftp://a", "http://", "http:///", "http://a:0",
        "http://a:", "http://a:65536", "http://a:80x", "http://a/b", "http://a?b", "http://u@a",
        "http://a b", "http://[::1", "http://[::1]x", "http://[]", "unix:"}) {
    EXPECT_FALSE(parse_origin(url)) << url;
  }
}

TEST(ClientTest, SendsARequestAndReadsItsAnswer) {
  std::string head;
  CannedServer server({[&](auto& connection) {
    head = connection.read_head();
    connection.write("HTTP/1.1 201 Created\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello");
  }});
  ClientUnderTest client(server.origin());
  ClientRequest request{.method = "POST", .target = "/a?b"};
  request.fields.add("X-C", "d");
  auto [response, body] = client.fetch(request);
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.fields.find("x-a"), "b");
  EXPECT_EQ(response.body_bytes, 5u);
  EXPECT_EQ(body, "hello");
  EXPECT_EQ(head, "POST /a?b HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                      "\r\nX-C: d\r\nContent-Length: 0\r\n\r\n");
}

TEST(ClientTest, ReadsEveryFramingOfABody) {
  struct Case {
    const char* answer;
    const char* body;
  };
  for (auto [answer, body] : {
           Case{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc"},
           Case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                "3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nX-Trailer: 1\r\n\r\n",
                "abcd"},
           Case{"HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end"},
           Case{"HTTP/1.1 204 No Content\r\n\r\n", ""},
           Case{"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", ""},
           Case{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLocation: /x\r\n\r\n"
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
                "a"},
       }) {
    // Whole, and so that every byte is a read of its own.
    for (auto slowly : {false, true}) {
      CannedServer server({[&](auto& connection) {
        connection.read_head();
        if (!slowly) return connection.write(answer);
        for (const char* c = answer; *c != 0; ++c) {
          connection.write(std::string(1, *c));
          usleep(100);
        }
      }});
      ClientUnderTest client(server.origin());
      auto got = client.fetch("/");
      EXPECT_EQ(got.body, body) << answer;
      EXPECT_FALSE(got.response.fields.contains("X-Trailer"));
    }
  }
}

TEST(ClientTest, AnAnswerToHeadHasNoBody) {
  CannedServer server({[](auto& connection) {
    connection.read_head();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    connection.read_head();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
  }});
  ClientUnderTest client(server.origin());
  auto answer = client.fetch(ClientRequest{.method = "HEAD"});
  EXPECT_EQ(answer.response.body_bytes, 1000u);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(client.fetch("/").body, "a");  // on the same connection
}

TEST(ClientTest, StreamsABodyWithItsLengthOrInChunks) {
  std::string sized, chunked;
  CannedServer server({[&](auto& connection) {
    sized = connection.read_until("0123456789");
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    chunked = connection.read_until("0\r\n\r\n");
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  }});
  ClientUnderTest client(server.origin());
  MemorySource one("0123456789", 3);
  client.fetch(ClientRequest{.method = "PUT", .body = &one, .body_bytes = 10});
  MemorySource two("0123456789", 4);
  client.fetch(ClientRequest{.method = "PUT", .body = &two});
  EXPECT_THAT(sized, HasSubstr("Content-Length: 10\r\n\r\n0123456789"));
  EXPECT_THAT(chunked, HasSubstr("Transfer-Encoding: chunked\r\n\r\n"
                                 "4\r\n0123\r\n4\r\n4567\r\n2\r\n89\r\n0\r\n\r\n"));
}

/// Endless bytes.
class EndlessSource final : public ByteSource {
 public:
  Task<ByteView> read() override { co_return bytes_; }

 private:
  const std::string bytes_ = std::string(64 * KiB, 'x');
};

TEST(ClientTest, ReadsAnAnswerThatComesBeforeTheBodyWasSent) {
  CannedServer server({[](auto& connection) {
    connection.read_head();
    connection.write(
        "HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfull");
    connection.drain();
  }});
  ClientUnderTest client(server.origin());
  EndlessSource body;
  auto answer = client.fetch(ClientRequest{.method = "PUT", .body = &body});
  EXPECT_EQ(answer.response.status, 413);
  EXPECT_EQ(answer.body, "full");
}

TEST(ClientTest, ReadsAnEarlyAnswerEvenWhenTheServerStopsListening) {
  CannedServer server({[](auto& connection) {
    connection.read_head();
    connection.write("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");
    shutdown(connection.descriptor(), SHUT_RD);
    connection.drain();
  }});
  ClientUnderTest client(server.origin());
  EndlessSource body;
  auto answer = client.fetch(ClientRequest{.method = "PUT", .body = &body});
  EXPECT_EQ(answer.response.status, 401);
  EXPECT_EQ(answer.body, "no");
}

TEST(ClientTest, ReadsAnEarlyAnswerThatIsFollowedByAReset) {
  for (int i = 0; i < 20; ++i) {
    CannedServer server({[](auto& connection) {
      connection.read_head();
      connection.write("HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nfull");
      connection.reset();
    }});
    ClientUnderTest client(server.origin());
    EndlessSource body;
    auto answer = client.fetch(ClientRequest{.method = "PUT", .body = &body});
    EXPECT_EQ(answer.response.status, 413);
    EXPECT_EQ(answer.body, "full");
  }
}

TEST(ClientTest, ACutAnswerIsAnErrorAfterItsBytes) {
  for (auto answer : {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"}) {
    CannedServer server({[&](auto& connection) {
      connection.read_head();
      connection.write(answer);
    }});
    ClientUnderTest client(server.origin());
    auto response = client.send({});
    EXPECT_EQ(client.finish(response.body->read()), "abc");
    auto message = failure_of([&] { client.finish(response.body->read()); });
    EXPECT_THAT(message, HasSubstr("http://127.0.0.1:")) << answer;
    EXPECT_THAT(message, HasSubstr("cut off")) << answer;
  }
}

TEST(ClientTest, SaysWhatIsWrongWithAnAnswer) {
  struct Case {
    const char* answer;
    const char* expected;
  };
  for (auto [answer, expected] : {
           Case{"", "ended without an answer"},
           Case{"HTTP/1.1 200 OK\r\nConte", "ended without an answer"},
           Case{"SSH-2.0-OpenSSH\r\n\r\n", "not HTTP"},
           Case{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "not HTTP"},
           Case{"HTTP/1.1 101 Switching\r\n\r\n", "switched protocols"},
       }) {
    CannedServer server({[&](auto& connection) {
      connection.read_head();
      connection.write(answer);
    }});
    ClientUnderTest client(server.origin());
    EXPECT_THAT(failure_of([&] { client.fetch("/"); }), HasSubstr(expected)) << answer;
  }
}

TEST(ClientTest, AHeadWithoutEndIsRefused) {
  CannedServer server({[](auto& connection) {
    connection.read_head();
    auto head = "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x');
    send(connection.descriptor(), head.data(), head.size(), MSG_NOSIGNAL);  // may be cut short
    connection.drain();
  }});
  ClientUnderTest client(server.origin());
  EXPECT_THAT(failure_of([&] { client.fetch("/"); }), HasSubstr("not HTTP"));
}

TEST(ClientTest, AReusedConnectionThatIsDeadIsReplaced) {
  auto answer_and_close = [](auto& connection) {
    connection.read_head();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
  };
  CannedServer server({answer_and_close, answer_and_close,
                       [&](auto& connection) {  // closes when the second request is there
                         answer_and_close(connection);
                         connection.read_head();
                       },
                       answer_and_close});
  ClientUnderTest client(server.origin());
  for (int i = 0; i < 4; ++i) EXPECT_EQ(client.fetch("/").body, "a");
}

TEST(ClientTest, ABodyIsNeverSentTwice) {
  CannedServer server({[](auto& connection) {
    connection.read_head();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    connection.read_until("body");
  }});
  ClientUnderTest client(server.origin());
  client.fetch("/");
  MemorySource body("body");
  EXPECT_THAT(failure_of([&] {
                client.fetch(ClientRequest{.method = "PUT", .body = &body, .body_bytes = 4});
              }),
              HasSubstr("without an answer"));
}

/// Fails after its first chunk.
class FailingSource final : public ByteSource {
 public:
  Task<ByteView> read() override {
    if (std::exchange(read_, true)) throw Error(Fault::internal, "the disk is gone");
    co_return "some";
  }

 private:
  bool read_ = false;
};

TEST(ClientTest, AFailingBodyEndsTheRequestWithItsOwnError) {
  CannedServer server({[](auto& connection) { connection.drain(); }});
  ClientUnderTest client(server.origin());
  FailingSource body;
  auto send = [&] { client.fetch(ClientRequest{.method = "PUT", .body = &body}); };
  EXPECT_EQ(failure_of(send, Fault::internal), "the disk is gone");
}

TEST(ClientTest, ABodyOfAnotherSizeThanAnnouncedNeverLooksWhole) {
  for (auto announced : {5u, 2u}) {
    CannedServer server({[&](auto& connection) {
      connection.read_head();
      EXPECT_LT(connection.drain().size(), announced);
    }});
    ClientUnderTest client(server.origin());
    MemorySource body("body");
    auto send = [&] {
      client.fetch(ClientRequest{.method = "PUT", .body = &body, .body_bytes = announced});
    };
    EXPECT_THAT(failure_of(send, Fault::invalid), HasSubstr("another size"));
  }
}

TEST(ClientTest, LineBreaksCannotBecomeFields) {
  CannedServer server({[](auto& connection) { EXPECT_EQ(connection.drain(), ""); }});
  ClientUnderTest client(server.origin());
  ClientRequest request;
  request.fields.add("Title", "a\r\nAuthorization: b");
  EXPECT_THAT(failure_of([&] { client.fetch(request); }, Fault::invalid), HasSubstr("line breaks"));
}

TEST(ClientTest, ASilentServerTimesOut) {
  CannedServer server({[](auto& connection) { connection.drain(); }});
  ClientUnderTest client(server.origin(), {.idle_time = std::chrono::seconds(1)});
  EXPECT_THAT(failure_of([&] { client.fetch("/"); }), HasSubstr("no byte for 1 seconds"));
}

TEST(ClientTest, SaysWhoCannotBeReached) {
  std::uint16_t port = 0;
  {
    CannedServer server(std::vector<Script>{});
    port = server.port();
  }
  ClientUnderTest client({"http", "localhost", port});
  EXPECT_EQ(failure_of([&] { client.fetch("/"); }),
            "cannot connect to http://localhost:" + std::to_string(port) +
                ": connection refused; is the server running?");
  ClientUnderTest missing({"unix", "/nonexistent/admin.sock", 0});
  EXPECT_EQ(failure_of([&] { missing.fetch("/"); }),
            "cannot connect to unix:/nonexistent/admin.sock: no such file or directory; is the "
            "server running?");
}

TEST(ClientTest, TalksOverAUnixSocket) {
  auto folder =
      std::filesystem::temp_directory_path() / ("tapedeck-client-" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  auto path = (folder / "socket").string();
  std::string head;
  {
    CannedServer server({[&](auto& connection) {
                          head = connection.read_head();
                          connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
                        }},
                        path);
    ClientUnderTest client({"unix", path, 0});
    EXPECT_EQ(client.fetch("/").body, "a");
  }
  EXPECT_THAT(head, HasSubstr("Host: localhost\r\n"));
  std::filesystem::remove_all(folder);
}

TEST(ClientTest, ABigAnswerArrivesWhole) {
  std::string sent(3'000'000, 'x');
  for (std::size_t i = 0; i < sent.size(); i += 7) sent[i] = static_cast<char>(i);
  CannedServer server({[&](auto& connection) {
    connection.read_head();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n");
    connection.write(sent);
  }});
  ClientUnderTest client(server.origin());
  EXPECT_TRUE(client.fetch("/").body == sent);
}

}  // namespace
}  // namespace tapedeck::http
