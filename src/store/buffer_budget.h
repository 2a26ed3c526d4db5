// BufferBudget: memory that many puts share.
#pragma once

#include <deque>
#include <mutex>

#include "base/bytes.h"
#include "base/job.h"
#include "base/task.h"

namespace tapedeck {

/// Hands out bytes up to a limit; whoever asks for more waits in line. The first in line may exceed
/// the limit, alone, until it gives everything back: so one always gets on, even when all hold some
/// and want more.
///
/// Safe for concurrent use. Must outlive its leases.
class BufferBudget {
 public:
  explicit BufferBudget(ByteCount bytes_max) : bytes_max_(bytes_max) {}

  /// What one put holds. For one task.
  class Lease {
   public:
    explicit Lease(BufferBudget& budget) : budget_(budget) {}
    ~Lease() { give_back(); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    /// Raises what is held to `bytes`; may wait.
    Task<void> grow(ByteCount bytes);
    void give_back();

   private:
    friend class BufferBudget;
    BufferBudget& budget_;
    ByteCount bytes_ = 0;
  };

  ByteCount used();

 private:
  struct Waiter {
    Lease* lease;
    ByteCount bytes;
    Job resume;
  };

  bool grant(Lease& lease, ByteCount more);  // Under mutex_.
  void grant_waiting();                      // Under mutex_.

  const ByteCount bytes_max_;
  std::mutex mutex_;  // Guards what follows.
  ByteCount used_ = 0;
  const Lease* exceeding_ = nullptr;
  std::deque<Waiter> waiting_;
};

}  // namespace tapedeck
