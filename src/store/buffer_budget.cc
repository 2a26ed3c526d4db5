#include "store/buffer_budget.h"

#include <utility>

#include "base/suspend.h"

namespace tapedeck {

/// Gives `more` if they fit, or if nobody else exceeds the limit.
bool BufferBudget::grant(Lease& lease, ByteCount more) {
  auto fits = used_ + more <= bytes_max_;
  if (!fits && exceeding_ != nullptr && exceeding_ != &lease) return false;
  if (!fits) exceeding_ = &lease;
  used_ += more;
  lease.bytes_ += more;
  return true;
}

void BufferBudget::grant_waiting() {
  while (!waiting_.empty()) {
    auto& first = waiting_.front();
    if (!grant(*first.lease, first.bytes)) return;
    auto resume = std::move(first.resume);
    waiting_.pop_front();
    resume();
  }
}

Task<void> BufferBudget::Lease::grow(ByteCount bytes) {
  if (bytes <= bytes_) co_return;
  auto more = bytes - bytes_;
  auto wait = [&](Job resume) {
    std::lock_guard lock(budget_.mutex_);
    auto may_pass = budget_.waiting_.empty() || budget_.exceeding_ == this;
    if (may_pass && budget_.grant(*this, more)) {
      resume();
    } else {
      budget_.waiting_.push_back({this, more, std::move(resume)});
    }
  };
  co_await suspend(wait);
}

void BufferBudget::Lease::give_back() {
  std::lock_guard lock(budget_.mutex_);
  budget_.used_ -= std::exchange(bytes_, 0);
  if (budget_.exceeding_ == this) budget_.exceeding_ = nullptr;
  budget_.grant_waiting();
}

ByteCount BufferBudget::used() {
  std::lock_guard lock(mutex_);
  return used_;
}

}  // namespace tapedeck
