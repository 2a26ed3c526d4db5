#include "base/course.h"

#include <boost/asio/post.hpp>

#include "base/mailbox.h"

namespace tapedeck {

namespace {
class Wreck {
 public:
  explicit Wreck(Course& course) : course_(&course) {}
  ~Wreck() {
    if (course_ != nullptr) course_->destroy();
  }
  Wreck(Wreck&& other) noexcept : course_(std::exchange(other.course_, nullptr)) {}
  Wreck& operator=(Wreck&&) = delete;

  void operator()() const {}

 private:
  Course* course_;
};
}  // namespace

Course::Course(const Executor& executor, asio::cancellation_slot stop,
               std::coroutine_handle<> outermost)
    : work_(executor),
      cancellation_(stop),
      outermost_(outermost),
      mailbox_(&asio::use_service<Mailbox>(executor.context())) {}

void Course::resume(std::coroutine_handle<> innermost) {
  bool ended = false;
  ended_ = &ended;
  try {
    innermost.resume();
  } catch (...) {  // what is called at its end has thrown: nobody else frees the frame then
    if (!ended) destroy();
    throw;
  }
  if (!ended) ended_ = nullptr;
}

/// One that runs is not waiting: what it wanted to begin has thrown.
Resumption::~Resumption() {
  if (course_ == nullptr || course_->is_running()) return;
  auto executor = course_->executor();
  asio::post(executor, Wreck(*course_));
}

void Resumption::post(Resumption resumption) {
  auto& course = *std::exchange(resumption.course_, nullptr);
  course.innermost_ = resumption.innermost_;
  course.mailbox_->push(course);
}

}  // namespace tapedeck
