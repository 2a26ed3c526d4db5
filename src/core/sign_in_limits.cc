#include "core/sign_in_limits.h"

#include <algorithm>

namespace tapedeck {

std::optional<Millis> SignInLimits::charge(const std::string& name, Time now) {
  auto interval = options_.window / options_.failures_max;
  std::lock_guard lock(mutex_);
  auto found = index_.find(name);
  auto paid_until = found == index_.end() ? now : std::max(found->second->paid_until, now);
  if (paid_until + interval > now + options_.window) {
    return paid_until + interval - (now + options_.window);
  }
  if (found != index_.end()) {
    entries_.erase(found->second);
    index_.erase(found);
  }
  if (entries_.size() >= options_.names_max) {
    index_.erase(entries_.front().name);
    entries_.pop_front();
  }
  entries_.push_back({name, paid_until + interval});
  index_[name] = std::prev(entries_.end());
  return std::nullopt;
}

void SignInLimits::forgive(const std::string& name) {
  std::lock_guard lock(mutex_);
  auto found = index_.find(name);
  if (found == index_.end()) return;
  entries_.erase(found->second);
  index_.erase(found);
}

std::size_t SignInLimits::size() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace tapedeck
