#include "main/patience.h"

#include <algorithm>

namespace tapedeck {

namespace {

constexpr Millis wait_first{250};
constexpr int doublings_max = 10;

}  // namespace

bool may_pass(const Error& error) {
  switch (error.fault()) {
    case Fault::unavailable:
    case Fault::limited:
    case Fault::locked:
    case Fault::timed_out:
    case Fault::storage_full:
    case Fault::read_only:
      return true;
    default:
      return false;
  }
}

void Patience::reset() {
  failing_since_.reset();
  failures_ = 0;
}

Millis Patience::next_wait(Clock::time_point now, std::optional<std::chrono::seconds> retry_after,
                           double luck) {
  if (!failing_since_) failing_since_ = now;
  auto wait = std::min(options_.wait_max, wait_first * (1 << std::min(failures_, doublings_max)));
  ++failures_;
  auto spread = std::chrono::duration_cast<Millis>(wait * (0.5 + luck / 2));
  return std::max(spread, Millis(retry_after.value_or(std::chrono::seconds(0))));
}

bool Patience::is_spent(Clock::time_point now) const {
  return failing_since_ && now - *failing_since_ >= options_.limit;
}

}  // namespace tapedeck
