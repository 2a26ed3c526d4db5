// Course: what spawn() began, a task and those that it awaits, one within the other. All of them
// run on one io_context, one at a time.
#pragma once

#include <coroutine>
#include <utility>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

namespace tapedeck {

namespace asio = boost::asio;

/// The concrete executor of every task; a type-erased one costs a third of the request rate.
using Executor = asio::io_context::executor_type;

class Mailbox;

/// Keeps its io_context running. Lives in the outermost frame, and ends with it.
class Course {
 public:
  Course(const Executor& executor, asio::cancellation_slot stop, std::coroutine_handle<> outermost);
  ~Course() {
    if (ended_ != nullptr) *ended_ = true;
  }
  Course(const Course&) = delete;
  Course& operator=(const Course&) = delete;

  Executor executor() const { return work_.get_executor(); }
  /// For what it waits for.
  asio::cancellation_slot slot() const { return cancellation_.slot(); }
  /// Whether it was told to stop. Its next await throws operation_aborted then.
  bool is_cancelled() const { return cancellation_.cancelled() != asio::cancellation_type::none; }

  /// Runs it until it waits again or has ended; then the course is gone.
  void resume(std::coroutine_handle<> innermost);
  bool is_running() const { return ended_ != nullptr; }
  /// Destroys all its frames; for one that waits.
  void destroy() { outermost_.destroy(); }

 private:
  friend class Mailbox;
  friend class Resumption;

  asio::executor_work_guard<Executor> work_;
  asio::cancellation_state cancellation_;
  std::coroutine_handle<> outermost_;
  bool* ended_ = nullptr;              // while it runs
  Mailbox* mailbox_;                   // of the io_context
  Course* next_ = nullptr;             // that is to go on, in the mailbox
  std::coroutine_handle<> innermost_;  // of one in the mailbox
};

/// The right to go on with a course that waits: to be called once, on its io_context. If it is
/// destroyed instead, on that thread or when nothing runs there any more, so is the course: later,
/// through the io_context, since the course may refer to what is just being destroyed.
class Resumption {
 public:
  Resumption() = default;
  Resumption(Course& course, std::coroutine_handle<> innermost)
      : course_(&course), innermost_(innermost) {}
  ~Resumption();
  Resumption(Resumption&& other) noexcept
      : course_(std::exchange(other.course_, nullptr)), innermost_(other.innermost_) {}
  Resumption& operator=(Resumption&& other) noexcept {
    std::swap(course_, other.course_);
    std::swap(innermost_, other.innermost_);
    return *this;
  }

  explicit operator bool() const { return course_ != nullptr; }
  void operator()() { std::exchange(course_, nullptr)->resume(innermost_); }
  /// Calls it soon. From any thread.
  static void post(Resumption resumption);

 private:
  Course* course_ = nullptr;
  std::coroutine_handle<> innermost_;
};

}  // namespace tapedeck
