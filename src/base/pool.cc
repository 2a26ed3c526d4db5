#include "base/pool.h"

#include <pthread.h>

#include "base/error.h"

namespace tapedeck {

Pool::Pool(Options options) : options_(std::move(options)) {
  for (std::size_t i = 0; i < options_.threads; ++i) {
    threads_.emplace_back([this] { work(); });
    pthread_setname_np(threads_.back().native_handle(), options_.name.substr(0, 15).c_str());
  }
}

Pool::~Pool() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Pool::post(Job job) {
  if (options_.threads == 0) return job();
  {
    std::lock_guard lock(mutex_);
    if (queue_.size() >= options_.queue_max) {
      throw Error(Fault::unavailable, "the queue of the " + options_.name + " pool is full");
    }
    queue_.push_back(std::move(job));
  }
  changed_.notify_one();
}

std::size_t Pool::waiting() const {
  std::lock_guard lock(mutex_);
  return queue_.size();
}

void Pool::work() {
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    job();
  }
}

}  // namespace tapedeck
