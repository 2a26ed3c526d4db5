#include "base/mailbox.h"

#include <utility>

#include <boost/asio/post.hpp>

namespace tapedeck {

Mailbox::Mailbox(asio::execution_context& context)
    : service(context), context_(static_cast<asio::io_context&>(context)) {}

/// The course may go on, end and let the io_context end, while we are still in it.
void Mailbox::push(Course& course) {
  auto stays = asio::make_work_guard(context_);
  auto* before = pushed_.load(std::memory_order_relaxed);
  do {
    course.next_ = before;
  } while (!pushed_.compare_exchange_weak(before, &course, std::memory_order_release,
                                          std::memory_order_relaxed));
  if (before == nullptr) post_delivery();  // else somebody did, for this one too
}

void Mailbox::post_delivery() {
  asio::post(context_, [this] { deliver(); });
}

/// Appends what was pushed, in the order of that.
void Mailbox::collect() {
  auto* pushed = pushed_.exchange(nullptr, std::memory_order_acquire);
  auto* last = pushed;
  Course* first = nullptr;
  while (pushed != nullptr) {
    auto* next = std::exchange(pushed->next_, first);
    first = std::exchange(pushed, next);
  }
  if (first == nullptr) return;
  (first_ == nullptr ? first_ : last_->next_) = first;
  last_ = last;
}

void Mailbox::deliver() {
  struct Rest {
    Mailbox& mailbox;
    ~Rest() {
      if (mailbox.first_ != nullptr) mailbox.post_delivery();  // what went on has thrown
    }
  };
  Rest rest{*this};
  collect();
  while (first_ != nullptr) {
    auto* course = std::exchange(first_, first_->next_);
    course->resume(course->innermost_);
  }
}

void Mailbox::shutdown() {
  collect();
  while (first_ != nullptr) {
    std::exchange(first_, first_->next_)->destroy();
  }
}

}  // namespace tapedeck
