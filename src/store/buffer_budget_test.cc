#include "store/buffer_budget.h"

#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/run_task.h"
#include "base/spawn.h"

namespace tapedeck {
namespace {

using Lease = BufferBudget::Lease;

/// Tasks that run as far as they can.
class BufferBudgetTest : public testing::Test {
 protected:
  void start_growing(Lease& lease, ByteCount bytes, bool& done) {
    auto growing = [](Lease& what, ByteCount to, bool& flag) -> Task<void> {
      co_await what.grow(to);
      flag = true;
    };
    spawn(context_.get_executor(), growing(lease, bytes, done));
    run();
  }
  void run() {
    context_.restart();
    context_.poll();
  }

  asio::io_context context_;
  BufferBudget budget_{100};
};

TEST_F(BufferBudgetTest, GivesUpToItsLimitAndTakesBack) {
  {
    Lease lease(budget_);
    run_task(lease.grow(60));
    run_task(lease.grow(100));
    run_task(lease.grow(50));
    EXPECT_EQ(budget_.used(), 100u);
    lease.give_back();
    EXPECT_EQ(budget_.used(), 0u);
    run_task(lease.grow(10));
  }
  EXPECT_EQ(budget_.used(), 0u);
}

TEST_F(BufferBudgetTest, OneMayExceedTheLimitAndTheOthersWaitInLine) {
  Lease a(budget_), b(budget_), c(budget_);
  bool a_done = false, b_done = false, c_done = false;
  run_task(a.grow(50));
  run_task(b.grow(50));
  start_growing(a, 90, a_done);
  EXPECT_TRUE(a_done);
  EXPECT_EQ(budget_.used(), 140u);
  start_growing(b, 90, b_done);
  start_growing(c, 1, c_done);
  EXPECT_FALSE(b_done);
  EXPECT_FALSE(c_done);  // although it is small: first come, first served
  a.give_back();
  run();
  EXPECT_TRUE(b_done);
  EXPECT_TRUE(c_done);
  EXPECT_EQ(budget_.used(), 91u);
}

TEST_F(BufferBudgetTest, WhoExceedsItNeedNotWaitBehindTheOthers) {
  Lease a(budget_), b(budget_);
  bool a_done = false, b_done = false;
  run_task(b.grow(60));
  run_task(a.grow(50));
  start_growing(b, 70, b_done);
  EXPECT_FALSE(b_done);
  start_growing(a, 90, a_done);
  EXPECT_TRUE(a_done);
  a.give_back();
  run();
  EXPECT_TRUE(b_done);
}

TEST_F(BufferBudgetTest, ManyThatHoldSomeAndWantMoreAllEnd) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 200; ++turn) {
        Lease lease(budget_);
        run_task(lease.grow(30));
        run_task(lease.grow(80));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(budget_.used(), 0u);
}

}  // namespace
}  // namespace tapedeck
