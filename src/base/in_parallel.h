// in_parallel: one step done by several tasks at once, for work that mostly waits.
#pragma once

#include <cstddef>
#include <exception>

#include "base/spawn.h"
#include "base/suspend.h"
#include "base/task.h"

namespace tapedeck {

namespace detail {
struct Parallel {
  std::size_t running = 0;
  std::exception_ptr failure;
  Job resume;
};

template <class Step>
Task<void> repeat(Step& step, Parallel& all) {
  try {
    for (bool more = true; more && !all.failure;) {
      more = co_await step();
    }
  } catch (...) {
    if (!all.failure) all.failure = std::current_exception();
  }
  if (--all.running > 0) co_return;
  auto resume = std::move(all.resume);  // the frame that holds it may be gone once it is resumed
  resume();
}
}  // namespace detail

/// Runs `step()`, a Task<bool>, again and again in each of `tasks` (at least one) tasks on the
/// caller's io_context, until it gives false there. After one has thrown no further step begins;
/// when all have ended the first error is thrown.
template <class Step>
Task<void> in_parallel(std::size_t tasks, Step& step) {
  detail::Parallel all;
  all.running = tasks;
  auto executor = co_await asio::this_coro::executor;
  auto start = [&](Job resume) {
    all.resume = std::move(resume);
    for (std::size_t i = 0; i < tasks; ++i) {
      spawn(executor, detail::repeat(step, all));
    }
  };
  co_await suspend(start);
  if (all.failure) std::rethrow_exception(all.failure);
}

}  // namespace tapedeck
