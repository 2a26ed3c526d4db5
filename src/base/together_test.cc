#include "base/together.h"

#include <gtest/gtest.h>

#include "base/env.h"
#include "base/error.h"
#include "base/run_task.h"

namespace tapedeck {
namespace {

Task<void> count(int& running, int& most, bool fails) {
  SystemEnv env;
  most = std::max(most, ++running);
  co_await env.sleep(Millis(5));
  --running;
  if (fails) throw Error(Fault::conflict, "this one fails");
}

TEST(Together, AllRunAtOnceAndAllAreWaitedFor) {
  int running = 0;
  int most = 0;
  std::vector<Task<void>> tasks;
  for (int i = 0; i < 7; ++i) tasks.push_back(count(running, most, false));
  run_task(run_together(std::move(tasks)));
  EXPECT_EQ(most, 7);
  EXPECT_EQ(running, 0);
  run_task(run_together({}));
}

TEST(Together, AFailureIsThrownWhenAllHaveEnded) {
  int running = 0;
  int most = 0;
  std::vector<Task<void>> tasks;
  for (int i = 0; i < 5; ++i) tasks.push_back(count(running, most, i % 2 == 1));
  EXPECT_THROW(run_task(run_together(std::move(tasks))), Error);
  EXPECT_EQ(running, 0);
}

}  // namespace
}  // namespace tapedeck
