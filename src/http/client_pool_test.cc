#include "http/client_pool.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/run_task.h"
#include "base/spawn.h"
#include "http/canned_server.h"

namespace tapedeck::http {
namespace {

using testing::HasSubstr;

const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

Task<std::string> fetch(Outbound& outbound, std::string target) {
  ClientRequest request{.target = std::move(target)};
  auto response = co_await outbound.send(request);
  auto body = co_await read_all(*response.body, KiB);
  co_return body;
}

/// Several at once on one io_context; how many threw.
int fetch_all(Outbound& outbound, const std::vector<std::string>& targets) {
  int failures = 0;
  asio::io_context context(1);
  for (const auto& target : targets) {
    spawn(context.get_executor(), fetch(outbound, target),
          [&](std::exception_ptr failed, std::string) {
            if (failed) ++failures;
          });
  }
  context.run();
  return failures;
}

TEST(ClientPoolTest, CallsOfOneContextShareAConnection) {
  CannedServer server({[&](auto& connection) {
    for (int i = 0; i < 2; ++i) {
      connection.read_head();
      connection.write(answer);
    }
    EXPECT_EQ(connection.drain(), "");  // it is closed with its context
  }});
  ClientPool pool(server.origin(), {});
  auto twice = [&]() -> Task<void> {
    co_await fetch(pool, "/1");
    co_await fetch(pool, "/2");
  };
  run_task(twice());
}

TEST(ClientPoolTest, EachContextHasConnectionsOfItsOwn) {
  auto once = [](auto& connection) {
    connection.read_head();
    connection.write(answer);
  };
  CannedServer server({once, once});
  ClientPool pool(server.origin(), {});
  EXPECT_EQ(run_task(fetch(pool, "/1")), "ok");
  EXPECT_EQ(run_task(fetch(pool, "/2")), "ok");
}

TEST(ClientPoolTest, ACallBeyondTheLimitWaitsForItsTurn) {
  CannedServer server({[&](auto& connection) {
    for (const auto* target : {"/1", "/2", "/3"}) {
      EXPECT_THAT(connection.read_head(), HasSubstr(target));
      connection.write(answer);
    }
  }});
  ClientPool pool(server.origin(), {.calls_max = 1});
  EXPECT_EQ(fetch_all(pool, {"/1", "/2", "/3"}), 0);
}

TEST(ClientPoolTest, WhenTooManyWaitTheNextIsTurnedAway) {
  CannedServer server({[&](auto& connection) {
    for (int i = 0; i < 2; ++i) {
      connection.read_head();
      connection.write(answer);
    }
  }});
  ClientPool pool(server.origin(), {.calls_max = 1, .waiting_max = 1});
  EXPECT_EQ(fetch_all(pool, {"/1", "/2", "/3"}), 1);
}

TEST(ClientPoolTest, AContextMayEndWhileCallsWait) {
  std::atomic<bool> heard = false;
  CannedServer server({[&](auto& connection) {
    connection.read_head();
    heard = true;
    EXPECT_EQ(connection.drain(), "");
  }});
  ClientPool pool(server.origin(), {.calls_max = 1});
  asio::io_context context(1);
  for (int i = 0; i < 3; ++i) {
    spawn(context.get_executor(), fetch(pool, "/"), [](std::exception_ptr, std::string) {});
  }
  while (!heard) context.run_for(std::chrono::milliseconds{10});
}

TEST(ClientPoolTest, ACallThatTakesTooLongIsGivenUp) {
  for (std::string begun : {"", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no"}) {
    CannedServer server({[&](auto& connection) {
      connection.read_head();
      connection.write(begun);
      EXPECT_EQ(connection.drain(), "");
    }});
    ClientPool pool(server.origin(), {});
    auto late = [&]() -> Task<void> {
      ClientRequest request{.time_max = std::chrono::milliseconds{100}};
      auto response = co_await pool.send(request);
      co_await read_all(*response.body, KiB);
    };
    try {
      run_task(late());
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::unavailable);
      EXPECT_THAT(error.what(), HasSubstr("took too long to answer"));
    }
  }
}

TEST(ClientPoolTest, ADeadlineEndsWithItsExchange) {
  CannedServer server({[&](auto& connection) {
    connection.read_head();
    connection.write(answer);
    connection.read_head();
    connection.write(answer.substr(0, answer.size() - 1));
    std::this_thread::sleep_for(std::chrono::milliseconds{1'300});
    connection.write(answer.substr(answer.size() - 1));
  }});
  ClientPool pool(server.origin(), {});
  auto twice = [&]() -> Task<void> {
    ClientRequest request{.time_max = std::chrono::milliseconds{1'000}};
    auto response = co_await pool.send(request);
    co_await read_all(*response.body, KiB);
    auto body = co_await fetch(pool, "/");  // on the same connection
    EXPECT_EQ(body, "ok");
  };
  run_task(twice());
}

}  // namespace
}  // namespace tapedeck::http
