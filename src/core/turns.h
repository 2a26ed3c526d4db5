// Turns: one append at a time to a recording, and the newest one takes over.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "base/env.h"
#include "core/id.h"

namespace tapedeck {

/// A client that reconnects is the one that counts: its older request is probably a connection that
/// nobody has noticed to be dead. Only for this process; between servers the catalog's conditional
/// advance decides.
///
/// Safe for concurrent use. Must outlive every turn.
class Turns {
 public:
  /// The right to append, until it ends.
  class Turn {
   public:
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    /// A newer one waits: put what has arrived, then end.
    bool superseded() const { return superseded_.load(); }

   private:
    friend class Turns;
    Turn(Turns& turns, RecordingId id) : turns_(turns), id_(id) {}
    Turns& turns_;
    const RecordingId id_;
    std::atomic<bool> superseded_{false};
  };

  explicit Turns(Env& env) : env_(env) {}

  /// Supersedes whoever has the turn or waits for it, and gives it when the holder has ended.
  /// `alarm` is called, from any thread, when this turn is superseded. Throws conflict when a newer
  /// request came meanwhile, locked when the holder has not ended after `at_most`.
  Task<std::unique_ptr<Turn>> take(RecordingId id, std::function<void()> alarm, Millis at_most);

 private:
  struct Line {
    Turn* holder = nullptr;
    std::function<void()> alarm;  // the holder's
    std::uint64_t newest = 0;     // who asked last
    std::size_t waiting = 0;
  };
  std::uint64_t ask(RecordingId id);
  std::unique_ptr<Turn> try_take(RecordingId id, std::uint64_t number,
                                 std::function<void()>& alarm);
  void stop_waiting(RecordingId id);
  void release(const Turn& turn);
  void forget_if_unused(RecordingId id);

  Env& env_;
  std::mutex mutex_;
  std::map<RecordingId, Line> lines_;  // Guarded by mutex_.
  std::uint64_t last_number_ = 0;      // Guarded by mutex_.
};

}  // namespace tapedeck
