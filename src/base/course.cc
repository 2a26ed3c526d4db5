#include "base/course.h"

#include <boost/asio/post.hpp>

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

/// One that runs is not waiting: what it wanted to begin has thrown.
Resumption::~Resumption() {
  if (course_ == nullptr || course_->is_running()) return;
  auto executor = course_->executor();
  asio::post(executor, Wreck(*course_));
}

void Resumption::post(Resumption resumption) {
  auto executor = resumption.course_->executor();
  asio::post(executor, std::move(resumption));
}

}  // namespace tapedeck
