#include "main/lambda_invocations.h"

#include <utility>

#include "main/lambda_gateway.h"

namespace tapedeck::lambda {

namespace {

constexpr Millis look_again{1'000};  // a ring may be missed
const Ulid all{};                    // the one bell; whoever wakes looks at the facts

}  // namespace

void Invocations::ring_all() {
  bells_.ring(all);
}

Invocations::Pointer Invocations::add(std::string event, Millis time_max, bool wants_answer) {
  auto invoked = std::make_shared<Invoked>();
  invoked->id = Ulid::make(env_).text();
  invoked->event = std::move(event);
  invoked->deadline = env_.now() + time_max;
  invoked->wants_answer = wants_answer;
  {
    std::lock_guard lock(mutex_);
    waiting_.push_back(invoked);
    known_.emplace(invoked->id, invoked);
  }
  ring_all();
  return invoked;
}

Task<Invocations::Pointer> Invocations::take(std::size_t instance) {
  std::optional<std::uint64_t> generation;
  for (;;) {
    {
      std::lock_guard lock(mutex_);
      if (!generation) generation = generations_[instance];
      if (stopped_ || generations_[instance] != *generation) co_return nullptr;
      while (!waiting_.empty()) {
        auto invoked = std::move(waiting_.front());
        waiting_.pop_front();
        if (invoked->given_up) continue;
        invoked->instance = instance;
        co_return invoked;
      }
    }
    co_await bells_.wait(all, look_again);
  }
}

Task<bool> Invocations::wait_for_response(Pointer invoked, Millis longer) {
  for (;;) {
    auto left = invoked->deadline + longer - env_.now();
    {
      std::lock_guard lock(mutex_);
      if (invoked->response) co_return true;
      if (left <= Millis(0) || stopped_) co_return false;
    }
    co_await bells_.wait(all, std::min(left, look_again));
  }
}

Task<void> Invocations::wait_for_reader(Pointer invoked) {
  for (;;) {
    {
      std::lock_guard lock(mutex_);
      if (invoked->body_done) co_return;
    }
    co_await bells_.wait(all, look_again);
  }
}

Invocations::Pointer Invocations::find(const std::string& id) {
  std::lock_guard lock(mutex_);
  auto found = known_.find(id);
  if (found == known_.end() || found->second->given_up || found->second->response) return nullptr;
  return found->second;
}

bool Invocations::respond(const Pointer& invoked, http::Response response) {
  {
    std::lock_guard lock(mutex_);
    if (invoked->response || invoked->given_up) return false;
    invoked->response = std::move(response);
    if (!invoked->wants_answer) known_.erase(invoked->id);
  }
  ring_all();
  return true;
}

void Invocations::end_reading(const Pointer& invoked) {
  {
    std::lock_guard lock(mutex_);
    invoked->body_done = true;
  }
  ring_all();
}

void Invocations::give_up(const Pointer& invoked) {
  std::lock_guard lock(mutex_);
  invoked->given_up = true;
  known_.erase(invoked->id);
}

void Invocations::forget(std::size_t instance) {
  {
    std::lock_guard lock(mutex_);
    ++generations_[instance];
    for (auto& [id, invoked] : known_) {
      if (invoked->instance == instance && !invoked->response) {
        invoked->response = make_gateway_failure(502);
      }
    }
  }
  ring_all();
}

void Invocations::stop() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  ring_all();
}

}  // namespace tapedeck::lambda
