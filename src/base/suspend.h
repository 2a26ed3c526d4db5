// The bridge from tasks to threads: a task suspends, any thread resumes it once.
#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "base/job.h"
#include "base/task.h"

namespace tapedeck {

namespace detail {
template <class Start>
struct Suspension {
  Start& start;
  template <class Handler>
  void operator()(Handler&& handler) {
    auto executor = asio::get_associated_executor(handler);
    auto guard = asio::make_work_guard(executor);  // the io_context stays alive while we wait
    start(Job([executor, guard = std::move(guard),
               handler = std::decay_t<Handler>(std::forward<Handler>(handler))]() mutable {
      asio::post(executor, std::move(handler));
    }));
  }
};
}  // namespace detail

/// Suspends the calling task and calls `start(Job resume)`. The task continues on its own
/// io_context after `resume` was called. `resume` must be called exactly once, from any thread, and
/// may be called before `start` returns.
template <class Start>
Task<void> suspend(Start& start) {
  detail::Suspension<Start> suspension{start};
  co_await asio::async_initiate<const asio::use_awaitable_t<Executor>&, void()>(suspension,
                                                                                use_task);
}

/// What a callable did: its value or its exception, to be handed over between threads.
template <class T>
class Outcome {
 public:
  template <class Callable>
  void run(Callable& callable) {
    try {
      value_.emplace(callable());
    } catch (...) {
      error_ = std::current_exception();
    }
  }
  void fail(std::exception_ptr error) { error_ = std::move(error); }

  T take() {
    if (error_) std::rethrow_exception(error_);
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
  std::exception_ptr error_;
};

template <>
class Outcome<void> {
 public:
  template <class Callable>
  void run(Callable& callable) {
    try {
      callable();
    } catch (...) {
      error_ = std::current_exception();
    }
  }
  void fail(std::exception_ptr error) { error_ = std::move(error); }

  void take() {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::exception_ptr error_;
};

}  // namespace tapedeck
