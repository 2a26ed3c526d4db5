#include "base/doorbells.h"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/post.hpp>

namespace tapedeck {

namespace {
using Clock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;
}  // namespace

struct Doorbells::Waiter {
  Waiter(const Executor& executor, Millis at_most) : timer(executor, at_most) {}
  Timer timer;  // for the thread of its task
};

/// Leaves the list whatever ends the wait.
class Doorbells::Waiting {
 public:
  Waiting(Doorbells& bells, Ulid id, std::shared_ptr<Waiter> waiter) : bells_(bells) {
    std::lock_guard lock(bells_.mutex_);
    at_ = bells_.waiters_.emplace(id, std::move(waiter));
  }
  ~Waiting() {
    std::lock_guard lock(bells_.mutex_);
    bells_.waiters_.erase(at_);
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  Doorbells& bells_;
  std::multimap<Ulid, std::shared_ptr<Waiter>>::iterator at_;
};

Doorbells::Doorbells() = default;
Doorbells::~Doorbells() = default;

Task<void> Doorbells::wait(Ulid id, Millis at_most) {
  auto executor = co_await asio::this_coro::executor;
  auto waiter = std::make_shared<Waiter>(executor, at_most);
  Waiting waiting(*this, id, waiter);
  boost::system::error_code ignored;
  auto token = use_task_with(ignored);
  co_await waiter->timer.async_wait(token);
}

void Doorbells::ring(Ulid id) {
  std::lock_guard lock(mutex_);
  auto [first, last] = waiters_.equal_range(id);
  for (auto at = first; at != last; ++at) {
    auto waiter = at->second;
    asio::post(waiter->timer.get_executor(), [waiter] { waiter->timer.cancel(); });
  }
}

}  // namespace tapedeck
