#include "http/admission.h"

namespace tapedeck::http {

std::optional<Admission::Ticket> Admission::admit(std::string group) {
  if (total_.fetch_add(1, std::memory_order_relaxed) >= total_max_) {
    total_.fetch_sub(1, std::memory_order_relaxed);
    return std::nullopt;
  }
  if (group.empty()) return Ticket(*this, std::move(group));
  std::lock_guard lock(mutex_);
  auto& count = groups_[group];
  if (count >= group_max_) {
    total_.fetch_sub(1, std::memory_order_relaxed);
    return std::nullopt;
  }
  ++count;
  return Ticket(*this, std::move(group));
}

Admission::Ticket::~Ticket() {
  if (admission_ == nullptr) return;
  admission_->total_.fetch_sub(1, std::memory_order_relaxed);
  if (group_.empty()) return;
  std::lock_guard lock(admission_->mutex_);
  auto found = admission_->groups_.find(group_);
  if (--found->second == 0) admission_->groups_.erase(found);
}

}  // namespace tapedeck::http
