// The graceful stop.
#include <atomic>

#include <boost/asio/basic_waitable_timer.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/env.h"
#include "http/server_fixture.h"

namespace tapedeck::http {
namespace {

using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

/// Says when a request has reached the handler.
class Arrival {
 public:
  void tell() { arrived_ = true; }
  void await() const {
    while (!arrived_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

 private:
  std::atomic<bool> arrived_{false};
};

std::chrono::milliseconds time_to_stop(RunningServer& server) {
  auto start = Clock::now();
  server.stop();
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
}

TEST(Stop, closes_idle_connections_at_once) {
  RunningServer server(answer_with_body);
  RawClient fresh(server.port());
  RawClient used(server.port());
  used.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(used.receive().status, 200);
  EXPECT_LT(time_to_stop(server).count(), 1500);
  EXPECT_TRUE(used.closed());
  EXPECT_TRUE(fresh.closed());
}

TEST(Stop, lets_a_request_under_way_finish_and_says_close) {
  Arrival arrival;
  auto slow = [&](Request&) -> Task<Response> {
    SystemEnv env;
    arrival.tell();
    co_await env.sleep(Millis(500));
    co_return make_response(200, "text/plain", "slow but done");
  };
  RunningServer server(slow);
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  arrival.await();
  server.stop();
  auto reply = client.receive();
  EXPECT_EQ(reply.body, "slow but done");
  EXPECT_EQ(reply.field("Connection"), "close");
  EXPECT_TRUE(client.closed());
}

TEST(Stop, gives_a_live_body_what_arrived_and_then_ends_it) {
  Arrival arrival;
  auto record = [&](Request& request) -> Task<Response> {
    std::string text;
    try {
      for (;;) {
        auto piece = co_await request.body->read();
        if (piece.empty()) break;
        text += piece;
        if (text == "12345") arrival.tell();
      }
    } catch (const Error& error) {
      text += error.fault() == Fault::unavailable ? " unavailable" : " other";
    }
    co_return make_response(200, "text/plain", std::move(text));
  };
  RunningServer server(record);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n");
  arrival.await();
  EXPECT_LT(time_to_stop(server).count(), 3000);
  auto reply = client.receive();
  EXPECT_EQ(reply.body, "12345 unavailable");
}

TEST(Stop, waits_for_the_rest_of_an_ordinary_body_but_not_for_ever) {
  ServerOptions options;
  options.limits.stop_time = std::chrono::seconds(2);
  RunningServer server(answer_with_body, options);
  RawClient brisk(server.port());
  RawClient stuck(server.port());
  for (auto* client : {&brisk, &stuck}) {
    client->send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");
    EXPECT_EQ(client->receive().status, 100);  // so the handler waits for the body
  }
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    brisk.send("123456789");
  });
  auto time = time_to_stop(server);
  later.join();
  EXPECT_EQ(brisk.receive().body, "123456789");
  auto reply = stuck.receive();
  EXPECT_EQ(reply.status, 503);
  EXPECT_THAT(reply.body, HasSubstr("0 of 9 bytes"));
  EXPECT_LT(time.count(), 4500);
}

TEST(Stop, breaks_off_what_is_left_when_its_time_is_over) {
  Arrival arrival;
  auto sleep = [&](Request&) -> Task<Response> {
    SystemEnv env;
    arrival.tell();
    try {
      co_await env.sleep(std::chrono::minutes(10));
    } catch (const std::exception&) {
    }
    co_return make_response(200);
  };
  ServerOptions options;
  options.limits.stop_time = std::chrono::seconds(1);
  RunningServer server(sleep, options);
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  arrival.await();
  EXPECT_LT(time_to_stop(server).count(), 3000);
  EXPECT_EQ(client.receive().status, 0);
}

TEST(Stop, may_come_before_run_or_without_it) {
  Log log(Log::Options{});
  ServerOptions options;
  options.listen = {"127.0.0.1:0"};
  {
    Server never_run(options, answer_with_body, log);
  }
  Server server(options, answer_with_body, log);
  server.stop();
  server.run();
  EXPECT_EQ(server.connections(), 0U);
}

}  // namespace
}  // namespace tapedeck::http
