// Named thread pools for work that blocks: disk, SQLite, password hashing. An I/O thread never
// blocks; it awaits `on(pool, job)`.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/job.h"
#include "base/suspend.h"
#include "base/task.h"

namespace tapedeck {

/// A fixed number of threads that run jobs in the order they were posted. With none of them post()
/// runs the job itself: for one task that has nothing else to do.
///
/// Safe for concurrent use. The destructor runs what is queued, then joins the threads.
class Pool {
 public:
  struct Options {
    std::string name;  // of the threads, at most 15 characters
    std::size_t threads = 1;
    std::size_t queue_max = 65'536;  // more waiting jobs than this are refused
  };

  explicit Pool(Options options);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Throws Error{unavailable} when the queue is full. Jobs must not throw.
  void post(Job job);

  /// Jobs that no thread has begun.
  std::size_t waiting() const;

 private:
  void work();

  const Options options_;  // Constant after construction.

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> queue_;  // Guarded by mutex_.
  bool stopping_ = false;  // Guarded by mutex_.

  std::vector<std::thread> threads_;
};

/// Runs `job` on the pool and gives its value, or throws what it threw. The job may refer to the
/// caller's frame, which waits.
template <class Callable>
Task<std::invoke_result_t<Callable&>> on(Pool& pool, Callable& job) {
  Outcome<std::invoke_result_t<Callable&>> outcome;
  Job resume;
  auto start = [&](Job resume_given) {
    resume = std::move(resume_given);
    try {
      pool.post(Job([&] {
        outcome.run(job);
        auto go_on = std::move(resume);  // the frame may be gone once it is resumed
        go_on();
      }));
    } catch (...) {
      // The task is suspended already: it can only be resumed, and throw then.
      outcome.fail(std::current_exception());
      auto go_on = std::move(resume);
      go_on();
    }
  };
  co_await suspend(start);
  co_return outcome.take();
}

}  // namespace tapedeck
