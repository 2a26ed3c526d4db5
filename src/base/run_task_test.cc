#include "base/run_task.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/pool.h"

namespace tapedeck {
namespace {

Task<std::unique_ptr<int>> make_number(int number) {
  co_return std::make_unique<int>(number);
}
Task<void> fail() {
  throw Error(Fault::conflict, "as asked");
  co_return;
}
Task<std::string> name_on(Pool& pool) {
  auto job = [] { return std::string("from a thread"); };
  co_return co_await on(pool, job);
}

TEST(RunTask, GivesTheValueOfATaskEvenIfItOnlyMoves) {
  EXPECT_EQ(*run_task(make_number(6)), 6);
}

TEST(RunTask, ThrowsWhatTheTaskThrew) {
  try {
    run_task(fail());
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::conflict);
  }
}

TEST(RunTask, WaitsForAPool) {
  Pool pool({.name = "test"});
  EXPECT_EQ(run_task(name_on(pool)), "from a thread");
}

}  // namespace
}  // namespace tapedeck
