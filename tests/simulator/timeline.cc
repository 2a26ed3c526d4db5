#include "simulator/timeline.h"

#include <stdexcept>

#include "base/spawn.h"

namespace tapedeck::simulator {

Task<void> Timeline::pass(Owner owner, Millis duration) {
  auto time = now_ + std::max(duration, Millis(0));
  auto wait = [&](Job resume) { call_at(time, owner, std::move(resume)); };
  co_await suspend(wait);
}

void Timeline::call_at(Time time, Owner owner, Job job) {
  queue_.emplace(std::pair{time, ++last_number_}, Waiting{owner, std::move(job)});
}

void Timeline::kill(Owner owner) {
  run_ready();  // what it has begun to do now, it has done
  std::vector<Waiting> dying;
  for (auto at = queue_.begin(); at != queue_.end();) {
    bool is_its = at->second.owner == owner;
    if (is_its) dying.push_back(std::move(at->second));
    at = is_its ? queue_.erase(at) : std::next(at);
  }
  dying.clear();  // asio unwinds the tasks when the context runs
  run_ready();
}

void Timeline::run_ready() {
  context_.restart();
  context_.poll();
}

void Timeline::take_next() {
  auto next = queue_.extract(queue_.begin());
  now_ = std::max(now_, next.key().first);
  next.mapped().job();
}

void Timeline::run_until(const bool& ended) {
  for (;;) {
    run_ready();
    if (ended) return;
    if (queue_.empty()) throw std::logic_error("a task of the simulation waits for nothing");
    take_next();
  }
}

void Timeline::run_for(Millis duration) {
  auto until = now_ + duration;
  for (;;) {
    run_ready();
    if (queue_.empty() || queue_.begin()->first.first > until) break;
    take_next();
  }
  now_ = until;
}

void Timeline::start(Task<void> task) {
  spawn(context_.get_executor(), std::move(task));
}

void VirtualEnv::fill_random(std::span<unsigned char> bytes) {
  std::uint64_t drawn = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i % sizeof drawn == 0) drawn = random_();
    bytes[i] = static_cast<unsigned char>(drawn);
    drawn >>= 8;
  }
}

}  // namespace tapedeck::simulator
