// The bridge from tasks to threads: a task suspends, any thread resumes it once.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/job.h"
#include "base/task.h"

namespace tapedeck {

namespace detail {
template <class Start>
class Suspension {
 public:
  explicit Suspension(Start& start) : start_(&start) {}

  bool await_ready() const noexcept { return false; }
  template <class P>
  void await_suspend(std::coroutine_handle<P> awaiting) {
    auto go_on = [resumption = Resumption(awaiting.promise().course(), awaiting)]() mutable {
      Resumption::post(std::move(resumption));
    };
    (*start_)(Job(std::move(go_on)));
  }
  void await_resume() const noexcept {}

 private:
  Start* start_;
};
}  // namespace detail

/// To be awaited: suspends the task and calls `start(Job resume)`. The task continues on its own
/// io_context after `resume` was called. `resume` must be called exactly once, from any thread, and
/// may be called before `start` returns.
template <class Start>
detail::Suspension<Start> suspend(Start& start) {
  return detail::Suspension<Start>(start);
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
