// run_task: a task from code that is not one, for tests and for commands.
#pragma once

#include <type_traits>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "base/spawn.h"
#include "base/suspend.h"
#include "base/task.h"

namespace tapedeck {

namespace detail {
template <class T>
Task<void> keep_outcome(Task<T> task, Outcome<T>& outcome) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(task);
    } else {
      T value = co_await std::move(task);
      auto give = [&value] { return std::move(value); };
      outcome.run(give);
    }
  } catch (...) {
    outcome.fail(std::current_exception());
  }
}
}  // namespace detail

/// Runs the task to its end on `context`, which nobody else runs, blocking the calling thread;
/// gives its value or throws what it threw. Never call it from a task.
template <class T>
T run_task(asio::io_context& context, Task<T> task) {
  Outcome<T> outcome;
  spawn(context.get_executor(), detail::keep_outcome(std::move(task), outcome));
  context.restart();
  context.run();
  return outcome.take();
}

/// On an io_context of its own: what the task leaves behind must not need it any more.
template <class T>
T run_task(Task<T> task) {
  asio::io_context context(1);
  return run_task(context, std::move(task));
}

}  // namespace tapedeck
