#include "base/in_parallel.h"

#include <set>
#include <stdexcept>

#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include "base/run_task.h"

namespace tapedeck {

namespace {

Task<void> wait_a_little() {
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, std::chrono::milliseconds(1));
  co_await timer.async_wait(use_task);
}

}  // namespace

TEST(InParallel, DoesEveryStepOnceAndSeveralAtOneTime) {
  std::set<int> done;
  int next = 0;
  int running = 0;
  int running_most = 0;
  auto step = [&]() -> Task<bool> {
    if (next == 40) co_return false;
    auto mine = next++;
    running_most = std::max(running_most, ++running);
    co_await wait_a_little();
    --running;
    EXPECT_TRUE(done.insert(mine).second);
    co_return true;
  };
  run_task(in_parallel(4, step));
  EXPECT_EQ(done.size(), 40u);
  EXPECT_EQ(running_most, 4);
  EXPECT_EQ(running, 0);
}

TEST(InParallel, TellsTheFirstErrorWhenAllHaveEnded) {
  int begun = 0;
  int running = 0;
  auto step = [&]() -> Task<bool> {
    auto mine = ++begun;
    ++running;
    co_await wait_a_little();
    --running;
    if (mine == 3) throw std::runtime_error("the third");
    co_return true;
  };
  EXPECT_THROW(run_task(in_parallel(4, step)), std::runtime_error);
  EXPECT_EQ(running, 0);
  EXPECT_LE(begun, 8);
}

TEST(InParallel, TakesStepsThatNeverWait) {
  int left = 10'000;
  auto step = [&]() -> Task<bool> { co_return left-- > 1; };
  run_task(in_parallel(1, step));
  EXPECT_EQ(left, 0);
}

}  // namespace tapedeck
