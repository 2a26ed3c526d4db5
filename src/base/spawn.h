// spawn: a task that nobody awaits.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/task.h"

namespace tapedeck {

namespace detail {

/// The outermost frame of a course. Destroys itself at its end.
class Spawned {
 public:
  class promise_type : public Promise {
   public:
    Spawned get_return_object() {
      return Spawned(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void unhandled_exception() { throw; }  // by `ended`: to who runs the io_context
    void return_void() const {}

    void begin(const Executor& executor, asio::cancellation_slot stop) {
      auto own = std::coroutine_handle<promise_type>::from_promise(*this);
      own_course_.emplace(executor, stop, own);
      set_course(*own_course_);
      Resumption::post(Resumption(*own_course_, own));
    }

   private:
    std::optional<Course> own_course_;
  };

  explicit Spawned(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
  void begin(const Executor& executor, asio::cancellation_slot stop) {
    frame_.promise().begin(executor, stop);
  }

 private:
  std::coroutine_handle<promise_type> frame_;
};

template <class Ended>
Spawned run_to_end(Task<void> task, Ended ended) {
  std::exception_ptr error;
  try {
    co_await std::move(task);
  } catch (...) {
    error = std::current_exception();
  }
  ended(error);
}

template <class T, class Ended>
Spawned run_to_end(Task<T> task, Ended ended) {
  std::exception_ptr error;
  std::optional<T> value;
  try {
    value = co_await std::move(task);
  } catch (...) {
    error = std::current_exception();
  }
  ended(error, value ? std::move(*value) : T());
}

}  // namespace detail

/// Runs the task on the executor's io_context, from its next turn on, and calls `ended(error)`
/// there, or `ended(error, value)`. `stop` (may be empty) lets its next await throw
/// operation_aborted, and what it waits for then. When the io_context is destroyed before the end,
/// so are the frames, and `ended` is not called.
template <class T, class Ended>
void spawn(const Executor& executor, Task<T> task, Ended ended, asio::cancellation_slot stop = {}) {
  detail::run_to_end(std::move(task), std::move(ended)).begin(executor, stop);
}

/// What it throws is lost.
inline void spawn(const Executor& executor, Task<void> task) {
  spawn(executor, std::move(task), [](const std::exception_ptr&) {});
}

}  // namespace tapedeck
