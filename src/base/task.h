// Task<T>: the one word for "may suspend". A task runs on the io_context of the thread that awaits
// it and never migrates to another one, so code between two awaits needs no lock against itself.
//
// gcc 12 miscompiles clever await expressions (docs/decisions/0003); write one await a line, with
// named arguments: `auto row = co_await catalog.find_recording(account, id);`.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "base/course.h"
#include "base/frames.h"

namespace tapedeck {

template <class T>
class Task;

namespace detail {

template <class T>
class TaskAwaiter;

/// What is common to the promises of all tasks.
class Promise {
 public:
  static void* operator new(std::size_t bytes) { return frames::allocate(bytes); }
  static void operator delete(void* frame, std::size_t bytes) { frames::release(frame, bytes); }

  /// A task that ended while it was begun returns to who began it, without a word: a loop that
  /// awaits what is there already does not grow the stack.
  struct End {
    bool await_ready() const noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> ended) const noexcept {
      auto& promise = static_cast<Promise&>(ended.promise());
      if (promise.begins_) return std::noop_coroutine();
      return promise.awaiting_;
    }
    void await_resume() const noexcept {}
  };
  std::suspend_always initial_suspend() const noexcept { return {}; }
  End final_suspend() const noexcept { return {}; }
  void unhandled_exception() { error_ = std::current_exception(); }

  struct Ready {
    Executor executor;
    bool await_ready() const noexcept { return true; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    Executor await_resume() const { return executor; }
  };
  Ready await_transform(asio::this_coro::executor_t) const { return {course_->executor()}; }
  template <class T>
  TaskAwaiter<T> await_transform(Task<T> task) const {
    check_cancelled();
    return TaskAwaiter<T>(std::move(task));
  }
  template <class Awaiter>
  Awaiter await_transform(Awaiter awaiter) const {
    check_cancelled();
    return awaiter;
  }

  Course& course() const { return *course_; }
  void set_course(Course& course) { course_ = &course; }
  /// Runs the task, whose frame this is in, as far as it goes at once. True when it waits:
  /// `awaiting` goes on when it has ended.
  bool begin(std::coroutine_handle<> own, Course& course, std::coroutine_handle<> awaiting) {
    course_ = &course;
    awaiting_ = awaiting;
    begins_ = true;
    own.resume();
    begins_ = false;
    return !own.done();
  }

 protected:
  void throw_error() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void check_cancelled() const {
    if (!course_->is_cancelled()) return;
    throw boost::system::system_error(asio::error::operation_aborted, "co_await");
  }

  Course* course_ = nullptr;
  std::coroutine_handle<> awaiting_;
  bool begins_ = false;
  std::exception_ptr error_;
};

template <class T>
class TaskPromise : public Promise {
 public:
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T take() {
    throw_error();
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class TaskPromise<void> : public Promise {
 public:
  Task<void> get_return_object();
  void return_void() const {}
  void take() const { throw_error(); }
};

}  // namespace detail

/// Begins when it is awaited, once. Owns its frame.
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;

  explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
  ~Task() {
    if (frame_) frame_.destroy();
  }
  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }

 private:
  friend class detail::TaskAwaiter<T>;
  std::coroutine_handle<promise_type> frame_;
};

namespace detail {

template <class T>
class TaskAwaiter {
 public:
  explicit TaskAwaiter(Task<T> task) : task_(std::move(task)) {}

  bool await_ready() const noexcept { return false; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> awaiting) {
    auto frame = task_.frame_;
    return frame.promise().begin(frame, awaiting.promise().course(), awaiting);
  }
  T await_resume() { return task_.frame_.promise().take(); }

 private:
  Task<T> task_;
};

template <class T>
Task<T> TaskPromise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

inline Task<void> TaskPromise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

}  // namespace detail

}  // namespace tapedeck

#include "base/operation.h"  // IWYU pragma: export
