#include "http/server.h"

#include <cstdio>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/server_fixture.h"

namespace tapedeck::http {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Task<Response> say_hello(Request& request) {
  co_return make_response(200, "text/plain", "hello " + request.target.raw);
}

TEST(Server, answers_many_requests_on_one_connection) {
  RunningServer server(say_hello);
  RawClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    auto reply = client.receive();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "hello /a");
    EXPECT_EQ(reply.field("Content-Length"), "8");
    EXPECT_THAT(reply.field("Date"), HasSubstr(" GMT"));
    EXPECT_EQ(reply.field("Connection"), "");
  }
}

TEST(Server, answers_pipelined_requests_and_bodies_in_order) {
  RunningServer server(answer_with_body);
  RawClient client(server.port());
  std::string all;
  for (int i = 0; i < 50; ++i) {
    auto body = std::string(static_cast<std::size_t>(i * 40), static_cast<char>('a' + i % 26));
    if (i % 2 == 0) {
      all += fmt::format("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", body.size(),
                         body);
    } else {
      all += fmt::format(
          "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
          "{:x}\r\n{}\r\n0\r\n\r\n",
          body.size(), body);
    }
  }
  ASSERT_TRUE(client.send(all));
  for (int i = 0; i < 50; ++i) {
    auto reply = client.receive();
    ASSERT_EQ(reply.status, 200) << i;
    EXPECT_EQ(reply.body,
              std::string(static_cast<std::size_t>(i * 40), static_cast<char>('a' + i % 26)));
  }
}

TEST(Server, takes_a_request_that_trickles_in_byte_by_byte) {
  RunningServer server(answer_with_body);
  RawClient client(server.port());
  std::string text =
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;a=b\r\nhello\r\n0\r\nTrailer-One: 1\r\n\r\n";
  for (auto c : text) {
    client.send(std::string_view(&c, 1));
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  EXPECT_EQ(client.receive().body, "hello");
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
}

TEST(Server, sends_the_head_alone_for_HEAD) {
  RunningServer server(say_hello);
  RawClient client(server.port());
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  auto head = client.receive(true);
  EXPECT_EQ(head.field("Content-Length"), "8");
  EXPECT_EQ(client.receive().body, "hello /b");
}

TEST(Server, sends_100_continue_when_the_body_is_read) {
  RunningServer server(answer_with_body);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  client.send("12345");
  auto reply = client.receive();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "12345");
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
}

Task<Response> forbid(Request&) {
  co_return make_response(403, "text/plain", "no");
}

TEST(Server, sends_no_100_continue_when_the_body_is_not_read) {
  RunningServer server(forbid);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  auto reply = client.receive();
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.field("Connection"), "close");
  EXPECT_TRUE(client.closed());
}

TEST(Server, drops_a_small_unread_body_and_goes_on) {
  RunningServer server(forbid);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345");
  EXPECT_EQ(client.receive().status, 403);
  client.send(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n0\r\n\r\n");
  EXPECT_EQ(client.receive().status, 403);
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.receive().status, 403);
}

TEST(Server, lets_the_client_read_an_early_error_while_it_still_sends) {
  RunningServer server(forbid);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n");
  std::string block(1 << 20, 'x');
  for (int i = 0; i < 8; ++i) client.send(block);
  auto reply = client.receive();
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.body, "no");
  EXPECT_EQ(reply.field("Connection"), "close");
}

TEST(Server, closes_after_HTTP_1_0_unless_asked_to_stay) {
  RunningServer server(say_hello);
  RawClient once(server.port());
  once.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(once.receive().field("Connection"), "close");
  EXPECT_TRUE(once.closed());
  RawClient twice(server.port());
  twice.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(twice.receive().field("Connection"), "keep-alive");
  twice.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(twice.receive().status, 200);
}

Task<Response> stream(Request&) {
  auto response = make_response(200);
  response.body = std::make_unique<MemorySource>(std::string(100'000, 's'), 7'000);
  co_return response;
}

TEST(Server, sends_a_body_of_unknown_length_in_chunks_or_until_the_end) {
  RunningServer server(stream);
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  auto reply = client.receive();
  EXPECT_EQ(reply.field("Transfer-Encoding"), "chunked");
  EXPECT_TRUE(reply.whole);
  EXPECT_EQ(reply.body, std::string(100'000, 's'));
  client.send("GET / HTTP/1.0\r\n\r\n");
  auto old = client.receive();
  EXPECT_EQ(old.field("Transfer-Encoding"), "");
  EXPECT_EQ(old.body, std::string(100'000, 's'));
}

Task<Response> no_content(Request&) {
  co_return make_response(204);
}

TEST(Server, sends_no_body_and_no_length_with_204) {
  RunningServer server(no_content);
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  auto reply = client.receive();
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(reply.field("Content-Length"), "");
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.receive().status, 204);
}

class ThrowingSource final : public ByteSource {
 public:
  Task<ByteView> read() override {
    if (reads_++ > 0) throw Error(Fault::unavailable, "the disk is gone");
    co_return ByteView("some");
  }

 private:
  int reads_ = 0;
};

Task<Response> break_down(Request& request) {
  auto response = make_response(200);
  response.body = std::make_unique<ThrowingSource>();
  if (request.target.raw == "/known") response.body_bytes = 100;
  co_return response;
}

TEST(Server, cuts_an_answer_whose_body_fails_without_a_fake_end) {
  RunningServer server(break_down);
  for (auto target : {"/known", "/unknown"}) {
    RawClient client(server.port());
    client.send(fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", target));
    auto reply = client.receive();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "some");
    EXPECT_FALSE(reply.whole);
    EXPECT_TRUE(client.closed());
  }
  EXPECT_FALSE(server.exchanges().front().complete);
}

Task<Response> inform_first(Request& request) {
  if (request.inform) {
    auto early = make_response(103);
    early.fields.add("Link", "</x>");
    co_await request.inform(std::move(early));
  }
  co_return make_response(200, "text/plain", "done");
}

TEST(Server, sends_informational_responses_to_new_clients_only) {
  RunningServer server(inform_first);
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  auto early = client.receive();
  EXPECT_EQ(early.status, 103);
  EXPECT_EQ(early.field("Link"), "</x>");
  EXPECT_EQ(client.receive().status, 200);
  RawClient old(server.port());
  old.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.receive().status, 200);
}

Task<Response> abandon(Request&) {
  auto response = make_response(503, "text/plain", "not to be heard");
  response.abandon = true;
  co_return response;
}

TEST(Server, closes_the_connection_instead_of_an_answer_that_is_abandoned) {
  RunningServer server(abandon);
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.closed());
  EXPECT_FALSE(server.exchanges().front().complete);
}

Task<Response> split(Request&) {
  auto response = make_response(200);
  response.fields.add("X-Name", "a\r\nSet-Cookie: b");
  response.fields.add("Content-Length", "99");
  co_return response;
}

TEST(Server, lets_no_value_end_its_line_and_frames_by_itself) {
  RunningServer server(split);
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  auto reply = client.receive();
  EXPECT_EQ(reply.field("Set-Cookie"), "");
  EXPECT_EQ(reply.field("X-Name"), "a  Set-Cookie: b");
  EXPECT_EQ(reply.field("Content-Length"), "0");
}

TEST(Server, reports_each_exchange_once) {
  RunningServer server(answer_with_body);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345");
  EXPECT_EQ(client.receive().status, 200);
  client.send("nonsense\r\n\r\n");
  EXPECT_EQ(client.receive().status, 400);
  server.stop();
  auto seen = server.exchanges();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].method, "POST");
  EXPECT_EQ(seen[0].received_bytes, 5U);
  EXPECT_EQ(seen[0].sent_bytes, 5U);
  EXPECT_TRUE(seen[0].complete);
  EXPECT_EQ(seen[0].remote_address, "127.0.0.1");
  EXPECT_EQ(seen[1].status, 400);
}

TEST(Server, says_how_many_bytes_came_of_a_body_that_was_cut_short) {
  RunningServer server(answer_with_body);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1234");
  client.end_sending();
  auto reply = client.receive();
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("4 of 10 bytes came"));
}

TEST(Server, takes_a_body_as_slow_as_its_limit_and_no_slower) {
  ServerOptions options;
  options.limits.body_idle_time = std::chrono::seconds(1);
  RunningServer server(answer_with_body, options);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1234");
  auto reply = client.receive();
  EXPECT_EQ(reply.status, 408);
  EXPECT_THAT(reply.body, HasSubstr("4 of 10"));
  EXPECT_TRUE(client.closed());
}

TEST(Server, answers_408_to_a_head_that_does_not_come_and_nothing_to_an_idle_client) {
  ServerOptions options;
  options.limits.header_time = std::chrono::seconds(1);
  options.limits.keep_alive_time = std::chrono::seconds(1);
  RunningServer server(say_hello, options);
  RawClient slow(server.port());
  RawClient idle(server.port());
  slow.send("GET / HT");
  EXPECT_EQ(slow.receive().status, 408);
  EXPECT_TRUE(slow.closed());
  EXPECT_TRUE(idle.closed());
}

TEST(Server, turns_clients_away_over_its_limit) {
  ServerOptions options;
  options.limits.connections = 1;
  RunningServer server(say_hello, options);
  RawClient first(server.port());
  first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(first.receive().status, 200);
  RawClient second(server.port());
  auto reply = second.receive();
  EXPECT_EQ(reply.status, 503);
  EXPECT_THAT(reply.body, HasSubstr("/problems/unavailable"));
  EXPECT_TRUE(second.closed());
}

Task<Response> tell_client(Request& request) {
  auto text = request.remote_address + (request.secure ? " secure" : " plain") +
              (request.local ? " local" : "");
  co_return make_response(200, "text/plain", std::move(text));
}

TEST(Server, believes_forwarded_fields_of_trusted_proxies_only) {
  const std::string request =
      "GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6, 192.0.2.7, 10.1.1.1\r\n"
      "X-Forwarded-Proto: https\r\n\r\n";
  RunningServer plain(tell_client);
  RawClient client(plain.port());
  client.send(request);
  EXPECT_EQ(client.receive().body, "127.0.0.1 plain");
  ServerOptions options;
  options.trusted_proxies = {"127.0.0.0/8", "10.0.0.0/8"};
  RunningServer behind(tell_client, options);
  RawClient proxy(behind.port());
  proxy.send(request);
  EXPECT_EQ(proxy.receive().body, "192.0.2.7 secure");
}

std::string error_of(ServerOptions options) {
  Log log(Log::Options{});
  try {
    Server server(std::move(options), say_hello, log);
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::invalid);
    return error.what();
  }
  return "";
}

TEST(Server, says_what_to_do_about_an_address_that_it_cannot_listen_on) {
  RunningServer server(say_hello);
  ServerOptions taken;
  taken.listen = {fmt::format("127.0.0.1:{}", server.port())};
  EXPECT_EQ(error_of(taken),
            fmt::format("127.0.0.1:{} is in use by another program; stop it or choose another "
                        "with --listen",
                        server.port()));
  for (auto wrong : {"8080", "localhost", "localhost:", "localhost:99999", "::1:80", "unix:"}) {
    ServerOptions options;
    options.listen = {wrong};
    EXPECT_THAT(error_of(options), Not(IsEmpty())) << wrong;
  }
  ServerOptions proxies;
  proxies.listen = {"127.0.0.1:0"};
  proxies.trusted_proxies = {"10.0.0.0/99"};
  EXPECT_THAT(error_of(proxies), HasSubstr("10.0.0.0/99"));
}

TEST(Server, listens_on_both_loopback_addresses_of_localhost) {
  ServerOptions options;
  options.listen = {"localhost:0", "127.0.0.1:0"};
  RunningServer server(say_hello, options);
  auto ports = server.server().ports();
  ASSERT_EQ(ports.size(), 2U);
  EXPECT_NE(ports[0], ports[1]);
  for (auto port : ports) {
    RawClient client(port);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.receive().status, 200);
  }
}

TEST(Server, listens_on_a_private_unix_socket_and_calls_it_local) {
  auto path = testing::TempDir() + fmt::format("tapedeck-{}.sock", ::getpid());
  {
    ServerOptions options;
    options.listen = {"unix:" + path};
    RunningServer server(tell_client, options);
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    RawClient client(path);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.receive().body, "local plain local");
    EXPECT_THAT(error_of(options), HasSubstr("in use"));
  }
  EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

}  // namespace
}  // namespace tapedeck::http
