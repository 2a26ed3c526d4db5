#include "base/pool.h"

#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/run_task.h"

namespace tapedeck {
namespace {

Task<int> add_on(Pool& pool, int a, int b) {
  auto job = [&] { return a + b; };
  co_return co_await on(pool, job);
}

Task<void> fail_on(Pool& pool) {
  auto job = [] { throw Error(Fault::invalid, "the job's own"); };
  co_await on(pool, job);
}

TEST(PoolTest, AJobsValueComesBackToTheTask) {
  Pool pool({.name = "test", .threads = 2});
  EXPECT_EQ(run_task(add_on(pool, 2, 3)), 5);
}

TEST(PoolTest, WhatAJobThrowsIsThrownInTheTask) {
  Pool pool({.name = "test"});
  EXPECT_THROW(run_task(fail_on(pool)), Error);
}

TEST(PoolTest, WithoutThreadsItIsTheCallersThatRuns) {
  Pool pool({.name = "test", .threads = 0});
  EXPECT_EQ(run_task(add_on(pool, 2, 3)), 5);
  EXPECT_THROW(run_task(fail_on(pool)), Error);
  auto ran_on = std::thread::id();
  pool.post([&] { ran_on = std::this_thread::get_id(); });
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST(PoolTest, AFullQueueIsAFailureOfTheTaskThatAsks) {
  std::promise<void> gate;
  std::promise<void> begun;
  Pool pool({.name = "test", .threads = 1, .queue_max = 1});  // ends before what its job uses
  pool.post([&] {
    begun.set_value();
    gate.get_future().wait();
  });
  begun.get_future().wait();
  pool.post([] {});
  try {
    run_task(add_on(pool, 1, 1));
    ADD_FAILURE() << "the queue took one more than its limit";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::unavailable);
  }
  gate.set_value();
}

}  // namespace
}  // namespace tapedeck
