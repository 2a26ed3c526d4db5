// Instance: a process of the function under the emulator, started again whenever it ends.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <sys/types.h>

#include "base/log.h"

namespace tapedeck::lambda {

/// Starts the program at construction; the destructor kills it. `on_end` is called each time that
/// it ended, on a thread of the instance's own.
class Instance {
 public:
  struct Options {
    std::string program;
    std::vector<std::string> environment;  // NAME=VALUE, besides this process's own
  };

  /// The log outlives it.
  Instance(Options options, std::function<void(const std::string& how)> on_end, Log& log);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  /// Ends the process at once, as Lambda does when its time is over. Safe from any thread.
  void kill_now();

 private:
  void run();
  bool pause();
  pid_t start();

  const Options options_;
  const std::function<void(const std::string&)> on_end_;
  Log& log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  pid_t process_ = -1;     // Guarded by mutex_; -1: none runs.
  bool stopping_ = false;  // Guarded by mutex_.
  std::thread thread_;
};

}  // namespace tapedeck::lambda
