#include "main/lambda_deadline.h"

#include <utility>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/spawn.h"

namespace tapedeck::lambda {

namespace {

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

}  // namespace

struct Bounded::State {
  explicit State(Executor executor) : timer(executor) {}

  asio::cancellation_signal stop;
  Timer timer;  // ends a wait: when the work has ended, it is cancelled
  bool done = false;
  std::exception_ptr failed;
};

Bounded::Bounded(Executor executor, Task<void> work) : state_(std::make_shared<State>(executor)) {
  auto ended = [state = state_](std::exception_ptr failed) {
    state->done = true;
    state->failed = std::move(failed);
    state->timer.cancel();
  };
  spawn(executor, std::move(work), ended, state_->stop.slot());
}

Task<bool> Bounded::wait(Millis at_most) {
  auto state = state_;
  if (!state->done) {
    boost::system::error_code ended_early;
    auto token = use_task_with(ended_early);
    state->timer.expires_after(at_most);
    co_await state->timer.async_wait(token);
  }
  if (state->done && state->failed) std::rethrow_exception(state->failed);
  co_return state->done;
}

void Bounded::cancel() {
  state_->stop.emit(asio::cancellation_type::terminal);
}

Task<void> Bounded::join() {
  auto state = state_;
  while (!state->done) {
    boost::system::error_code ended_early;
    auto token = use_task_with(ended_early);
    state->timer.expires_after(std::chrono::hours(1));
    co_await state->timer.async_wait(token);
  }
}

}  // namespace tapedeck::lambda
