#include "core/turns.h"

#include "base/error.h"

namespace tapedeck {

namespace {

constexpr Millis looked_every{10};

/// Leaves the line whatever ends the wait.
template <class Leave>
struct Waiting {
  Leave leave;
  ~Waiting() { leave(); }
};

}  // namespace

Turns::Turn::~Turn() {
  turns_.release(*this);
}

Task<std::unique_ptr<Turns::Turn>> Turns::take(RecordingId id, std::function<void()> alarm,
                                               Millis at_most) {
  auto number = ask(id);
  auto leave = [&] { stop_waiting(id); };
  Waiting<decltype(leave)> waiting{leave};
  auto until = env_.now() + at_most;
  for (;;) {
    auto turn = try_take(id, number, alarm);
    if (turn) co_return std::move(turn);
    if (env_.now() >= until) {
      throw Error(Fault::locked,
                  "Another request is appending to this recording: try again in a moment.");
    }
    co_await env_.sleep(looked_every);
  }
}

std::uint64_t Turns::ask(RecordingId id) {
  std::lock_guard lock(mutex_);
  auto& line = lines_[id];
  ++line.waiting;
  line.newest = ++last_number_;
  if (line.holder != nullptr && !line.holder->superseded_.exchange(true) && line.alarm) {
    line.alarm();
  }
  return line.newest;
}

std::unique_ptr<Turns::Turn> Turns::try_take(RecordingId id, std::uint64_t number,
                                             std::function<void()>& alarm) {
  std::lock_guard lock(mutex_);
  auto& line = lines_[id];
  if (line.newest != number) {
    throw Error(Fault::conflict, "A newer request goes on with this recording.");
  }
  if (line.holder != nullptr) return nullptr;
  std::unique_ptr<Turn> turn(new Turn(*this, id));
  line.holder = turn.get();
  line.alarm = std::move(alarm);
  return turn;
}

void Turns::stop_waiting(RecordingId id) {
  std::lock_guard lock(mutex_);
  --lines_[id].waiting;
  forget_if_unused(id);
}

void Turns::release(const Turn& turn) {
  std::lock_guard lock(mutex_);
  auto& line = lines_[turn.id_];
  line.holder = nullptr;
  line.alarm = nullptr;
  forget_if_unused(turn.id_);
}

void Turns::forget_if_unused(RecordingId id) {
  auto at = lines_.find(id);
  if (at->second.holder == nullptr && at->second.waiting == 0) lines_.erase(at);
}

}  // namespace tapedeck
