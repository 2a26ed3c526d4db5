#include "base/task.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/run_task.h"
#include "base/spawn.h"
#include "base/suspend.h"

namespace tapedeck {
namespace {

Task<int> add_one(int number) {
  co_return number + 1;
}

Task<int> count_to(int most) {
  int number = 0;
  while (number < most) {
    number = co_await add_one(number);
  }
  co_return number;
}

/// As deep as that, and what is at the bottom throws.
Task<void> fall(int depth) {
  if (depth == 0) throw Error(Fault::conflict, "the bottom");
  co_await fall(depth - 1);
}

/// Says when it was destroyed.
class Witness {
 public:
  explicit Witness(bool& gone) : gone_(gone) {}
  ~Witness() { gone_ = true; }
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;

 private:
  bool& gone_;
};

Task<void> wait_for_ever(bool& gone) {
  Witness witness(gone);
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, std::chrono::hours(1));
  co_await timer.async_wait(use_task);
}

Task<void> wait_within(bool& gone) {
  co_await wait_for_ever(gone);
}

TEST(TaskTest, WhatIsThereAtOnceDoesNotGrowTheStack) {
  EXPECT_EQ(run_task(count_to(1'000'000)), 1'000'000);
}

TEST(TaskTest, WhatIsThrownComesUpThroughAllThatAwaitIt) {
  try {
    run_task(fall(100));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::conflict);
  }
}

TEST(TaskTest, OneThatIsNeverAwaitedDoesNotBegin) {
  bool gone = false;
  {
    auto task = wait_for_ever(gone);
  }
  EXPECT_FALSE(gone);
}

TEST(TaskTest, AnIoContextThatEndsTakesItsTasksWithIt) {
  bool gone = false;
  bool ended = false;
  {
    asio::io_context context(1);
    spawn(context.get_executor(), wait_within(gone),
          [&](const std::exception_ptr&) { ended = true; });
    context.poll();
    EXPECT_FALSE(gone);
  }
  EXPECT_TRUE(gone);
  EXPECT_FALSE(ended);
}

TEST(TaskTest, OneThatNeverGotItsTurnIsDestroyedToo) {
  bool gone = false;
  auto keep = [](std::unique_ptr<Witness> witness) -> Task<void> {
    EXPECT_TRUE(witness);
    co_return;
  };
  {
    asio::io_context context(1);
    spawn(context.get_executor(), keep(std::make_unique<Witness>(gone)));
  }
  EXPECT_TRUE(gone);
}

TEST(TaskTest, OneThatIsToldToStopThrowsWhereItWaits) {
  asio::io_context context(1);
  asio::cancellation_signal stop;
  bool gone = false;
  std::exception_ptr thrown;
  auto ended = [&](const std::exception_ptr& error) { thrown = error; };
  spawn(context.get_executor(), wait_within(gone), ended, stop.slot());
  asio::post(context, [&] { stop.emit(asio::cancellation_type::terminal); });
  context.run();
  EXPECT_TRUE(gone);
  ASSERT_TRUE(thrown);
  try {
    std::rethrow_exception(thrown);
  } catch (const boost::system::system_error& error) {
    EXPECT_EQ(error.code(), asio::error::operation_aborted);
  }
}

TEST(TaskTest, OneThatWasToldToStopBeginsNothingMore) {
  asio::io_context context(1);
  asio::cancellation_signal stop;
  int reached = 0;
  auto work = [&]() -> Task<void> {
    reached = 1;
    stop.emit(asio::cancellation_type::terminal);
    auto more = add_one(1);
    reached = co_await std::move(more);
  };
  std::exception_ptr thrown;
  auto ended = [&](const std::exception_ptr& error) { thrown = error; };
  spawn(context.get_executor(), work(), ended, stop.slot());
  context.run();
  EXPECT_EQ(reached, 1);
  EXPECT_TRUE(thrown);
}

TEST(TaskTest, AnErrorIsThrownOrGivenAsAskedFor) {
  auto work = []() -> Task<std::string> {
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, std::chrono::hours(1));
    asio::post(executor, [&] { timer.cancel(); });
    boost::system::error_code error;
    auto into_error = use_task_with(error);
    co_await timer.async_wait(into_error);
    asio::post(executor, [&] { timer.cancel(); });
    try {
      co_await timer.async_wait(use_task);
    } catch (const boost::system::system_error& thrown) {
      co_return error == thrown.code() ? "the same" : "another";
    }
    co_return "nothing was thrown";
  };
  EXPECT_EQ(run_task(work()), "the same");
}

TEST(SpawnTest, EndsLaterAndInOrder) {
  asio::io_context context(1);
  std::vector<int> ended;
  for (int i = 0; i < 3; ++i) {
    spawn(context.get_executor(), add_one(i),
          [&](const std::exception_ptr&, int number) { ended.push_back(number); });
  }
  EXPECT_TRUE(ended.empty());
  context.run();
  EXPECT_EQ(ended, (std::vector<int>{1, 2, 3}));
}

TEST(SpawnTest, WhatItsEndThrowsComesToWhoRunsTheContextAndTheOthersGoOn) {
  asio::io_context context(1);
  int ended = 0;
  auto fails = [](const std::exception_ptr&, int) { throw Error(Fault::internal, "as asked"); };
  spawn(context.get_executor(), add_one(0), fails);
  spawn(context.get_executor(), add_one(1), [&](const std::exception_ptr&, int) { ++ended; });
  EXPECT_THROW(context.run(), Error);
  context.run();
  EXPECT_EQ(ended, 1);
}

TEST(SuspendTest, ManyThreadsResumeManyTasks) {
  constexpr int tasks = 200;
  asio::io_context context(1);
  std::vector<std::thread> threads;
  int resumed = 0;
  auto work = [&]() -> Task<void> {
    for (int i = 0; i < 5; ++i) {
      auto start = [&](Job resume) {
        threads.emplace_back([go_on = std::move(resume)]() mutable { go_on(); });
      };
      co_await suspend(start);
      ++resumed;
    }
  };
  for (int i = 0; i < tasks; ++i) spawn(context.get_executor(), work());
  context.run();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(resumed, 5 * tasks);
}

}  // namespace
}  // namespace tapedeck
