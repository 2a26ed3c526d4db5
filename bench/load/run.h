// One run of the generator.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/connection.h"
#include "bench/load/histogram.h"
#include "bench/load/plan.h"

namespace load {

struct Result {
  Histogram latency;
  std::uint64_t failures = 0;  // broken connections and answers other than 2xx
  int last_failure_status = 0;
  std::uint64_t received_bytes = 0;
  std::size_t waiting_most = 0;  // open loop: requests that were due and had no connection yet
  double seconds = 0;
  std::string tls;  // what was agreed on
};

/// A closed loop: each connection sends its next request when the answer to the last one is there,
/// and latency counts from then. With a rate, an open loop: request k is due k / rate seconds after
/// the start, whatever became of those before it, and latency counts from when it was due; one that
/// finds no connection idle waits for one, and that counts too (no coordinated omission).
class Run {
 public:
  explicit Run(const Plan& plan);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// Ends when the last answer is there. Throws std::runtime_error when none came for long.
  Result go();

 private:
  struct Slot {
    std::unique_ptr<Connection> connection;
    std::uint64_t number = 0;
    Clock::time_point due;
    bool is_busy = false;
    bool at_second_step = false;
    bool is_watched = false;
    bool is_watched_for_writing = false;
  };

  bool open_loop() const { return plan_.rate > 0; }
  Clock::time_point due_at(std::uint64_t number) const;
  bool all_begun() const;
  void note_waiting();
  void begin_what_is_due();
  void begin_step(std::size_t index, const Step& step);
  void go_on(std::size_t index);
  void finish_step(std::size_t index);
  void reopen(std::size_t index);
  void release(std::size_t index);
  void watch(std::size_t index);
  void wait();

  const Plan& plan_;
  const int epoll_;
  std::string payload_;
  std::uint64_t first_number_ = 0;
  std::vector<Slot> slots_;
  std::deque<std::size_t> idle_;  // the longest idle first
  Clock::time_point start_;
  std::uint64_t begun_ = 0;
  Result result_;
};

}  // namespace load
