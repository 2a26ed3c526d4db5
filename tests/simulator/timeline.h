// Timeline: the time of one simulation. It passes when nothing else is to be done, at once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <utility>

#include "base/env.h"
#include "base/job.h"
#include "base/run_task.h"
#include "base/spawn.h"
#include "base/task.h"

namespace tapedeck::simulator {

/// On whose behalf something waits: a server, which may die, or nobody in particular.
using Owner = std::uint32_t;
inline constexpr Owner nobody = 0;

/// All tasks of a simulation run on its one context, in an order that depends on nothing else. For
/// one thread. Must outlive its tasks.
class Timeline {
 public:
  Time now() const { return now_; }
  asio::io_context& context() { return context_; }

  /// Suspends the calling task for so long, or for ever when the owner dies.
  Task<void> pass(Owner owner, Millis duration);
  /// `job` is called then, by the timeline.
  void call_at(Time time, Owner owner, Job job);
  /// Everything that waits for the owner ends where it is, as in a process that is killed.
  void kill(Owner owner);

  /// Until the task has ended. Throws what it threw; std::logic_error when it waits for nothing.
  template <class T>
  T run(Task<T> task) {
    bool ended = false;
    Outcome<T> outcome;
    auto end = [&] { ended = true; };
    spawn(context_.get_executor(), watch(std::move(task), outcome, end));
    run_until(ended);
    return outcome.take();
  }
  /// Lets so much time pass, with all that happens meanwhile.
  void run_for(Millis duration);
  /// Begins a task of which nobody hears when it ends. It must not throw.
  void start(Task<void> task);

 private:
  template <class T>
  static Task<void> watch(Task<T> task, Outcome<T>& outcome, std::function<void()> end) {
    co_await detail::keep_outcome(std::move(task), outcome);
    end();
  }
  void run_until(const bool& ended);
  void run_ready();
  void take_next();

  struct Waiting {
    Owner owner = nobody;
    Job job;
  };
  asio::io_context context_{1};
  Time now_ = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23};
  std::map<std::pair<Time, std::uint64_t>, Waiting> queue_;
  std::uint64_t last_number_ = 0;  // what is due at one time comes in the order of asking
};

/// The clock and the random numbers of one server.
class VirtualEnv final : public Env {
 public:
  /// `skew`: how far its clock is ahead.
  VirtualEnv(Timeline& timeline, Owner owner, std::uint64_t seed, Millis skew)
      : timeline_(timeline), owner_(owner), skew_(skew), random_(seed) {}

  Time now() override { return timeline_.now() + skew_; }
  void fill_random(std::span<unsigned char> bytes) override;
  Task<void> sleep(Millis duration) override { return timeline_.pass(owner_, duration); }

 private:
  Timeline& timeline_;
  const Owner owner_;
  const Millis skew_;
  std::mt19937_64 random_;
};

}  // namespace tapedeck::simulator
