// Background: a task that runs on a thread and io_context of its own, from begin to end.
#pragma once

#include <functional>
#include <thread>

#include <boost/asio/cancellation_signal.hpp>

#include "base/log.h"
#include "base/task.h"

namespace tapedeck {

/// The destructor cancels the task and waits until it has ended: at its next await, and what it
/// waits for on a pool is waited for, so that nobody resumes a task that is gone.
class Background {
 public:
  /// `work` makes the task; it is called once. What it refers to, and the log, outlive this.
  Background(std::function<Task<void>()> work, Log& log);
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

 private:
  std::function<Task<void>()> work_;
  asio::io_context context_{1};
  asio::cancellation_signal stop_;  // Used on the thread only.
  std::thread thread_;
};

}  // namespace tapedeck
