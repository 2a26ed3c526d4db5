// Watch: the patience of the outgoing client.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include <boost/asio/steady_timer.hpp>

#include "base/task.h"

namespace tapedeck::http {

/// Calls `expire` when nothing has touched it for its time while something waits. For one thread.
class Watch : public std::enable_shared_from_this<Watch> {
 public:
  Watch(const Executor& executor, std::chrono::milliseconds time, std::function<void()> expire)
      : timer_(executor), time_(time), expire_(std::move(expire)) {}

  void begin() {
    ++waiting_;
    touch();
  }
  void end() {
    --waiting_;
    touch();
  }
  bool expired() const { return expired_; }
  /// Nothing is called any more.
  void stop() {
    ++turn_;
    timer_.cancel();
  }

 private:
  using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                           asio::wait_traits<std::chrono::steady_clock>, Executor>;

  void touch() {
    auto turn = ++turn_;
    timer_.cancel();
    if (waiting_ == 0) return;
    timer_.expires_after(time_);
    timer_.async_wait([weak = weak_from_this(), turn](boost::system::error_code failed) {
      auto self = weak.lock();
      if (failed || !self || self->turn_ != turn) return;
      self->expired_ = true;
      self->expire_();
    });
  }

  Timer timer_;
  const std::chrono::milliseconds time_;
  const std::function<void()> expire_;
  int waiting_ = 0;
  std::uint64_t turn_ = 0;  // a wait that is no longer the newest is void
  bool expired_ = false;
};

}  // namespace tapedeck::http
