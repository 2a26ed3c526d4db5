#include "http/timer_wheel.h"

#include <algorithm>

#include <boost/asio/basic_waitable_timer.hpp>

namespace tapedeck::http {

namespace {
std::int64_t tick_of(TimerWheel::Clock::time_point at) {
  return at.time_since_epoch() / TimerWheel::tick;
}
}  // namespace

struct TimerWheel::Timer {
  explicit Timer(asio::io_context& context) : wait(context) {}
  asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor> wait;
};

void Deadline::disarm() {
  if (wheel_ != nullptr) wheel_->unlink(*this);
}

TimerWheel::TimerWheel(asio::io_context& context) : timer_(std::make_unique<Timer>(context)) {}

TimerWheel::~TimerWheel() {
  for (auto* head : heads_) {
    while (head != nullptr) {
      auto* next = head->next_;
      head->wheel_ = nullptr;
      head = next;
    }
  }
}

void TimerWheel::arm(Deadline& deadline, Clock::time_point at) {
  deadline.disarm();
  deadline.tick_ = tick_of(at) + 1;
  auto*& head = heads_[static_cast<std::size_t>(deadline.tick_) % slots];
  deadline.wheel_ = this;
  deadline.previous_ = nullptr;
  deadline.next_ = head;
  if (head != nullptr) head->previous_ = &deadline;
  head = &deadline;
  ++size_;
  if (!running_) {
    // One before now: a deadline that has passed already still gets its turn.
    last_tick_ = std::min(tick_of(Clock::now()), deadline.tick_) - 1;
    start();
  }
}

void TimerWheel::unlink(Deadline& deadline) {
  if (deadline.next_ != nullptr) deadline.next_->previous_ = deadline.previous_;
  if (deadline.previous_ != nullptr) {
    deadline.previous_->next_ = deadline.next_;
  } else {
    heads_[static_cast<std::size_t>(deadline.tick_) % slots] = deadline.next_;
  }
  deadline.wheel_ = nullptr;
  deadline.previous_ = deadline.next_ = nullptr;
  --size_;
}

void TimerWheel::start() {
  running_ = true;
  timer_->wait.expires_after(tick);
  timer_->wait.async_wait([this](const boost::system::error_code& error) {
    if (!error) advance();
  });
}

void TimerWheel::advance() {
  auto now = tick_of(Clock::now());
  auto first = std::max(last_tick_ + 1, now - static_cast<std::int64_t>(slots) + 1);
  last_tick_ = now;
  for (auto at = first; at <= now; ++at) expire_slot(at, now);
  running_ = false;
  if (size_ > 0) start();
}

void TimerWheel::expire_slot(std::int64_t at, std::int64_t now) {
  auto& head = heads_[static_cast<std::size_t>(at) % slots];
  for (auto* deadline = head; deadline != nullptr;) {
    if (deadline->tick_ > now) {  // in a later round
      deadline = deadline->next_;
      continue;
    }
    unlink(*deadline);
    deadline->expire();  // may arm or disarm others, so the list is read again
    deadline = head;
  }
}

}  // namespace tapedeck::http
