// Sweeper: the only cleaner. Errors and crashes leave the same garbage, and it removes it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/error.h"
#include "base/log.h"
#include "core/blobs.h"
#include "core/catalog.h"
#include "core/join.h"

namespace tapedeck {

/// What one sweep did.
struct SweepReport {
  std::uint64_t purged = 0;           // recordings, out of the trash or of closing accounts
  std::uint64_t closed_accounts = 0;  // removed with all they held
  std::uint64_t digests = 0;          // filled in
  std::uint64_t recovered = 0;        // live recordings that fell silent
  std::uint64_t joined = 0;           // recordings whose many segments became few
  std::uint64_t blobs_seen = 0;
  std::uint64_t blobs_erased = 0;  // no fact named them
  std::uint64_t aborted = 0;       // of those, the ones that were not finished
  std::uint64_t failures = 0;      // single steps that failed, logged and left to the next sweep
  SweepReport& operator+=(const SweepReport& other);
};

/// Any number of servers on one store may run one: every step is idempotent.
class Sweeper {
 public:
  struct Options {
    // A blob younger than this may belong to an upload under way: must be longer than
    // Recordings::Options::upload_time_max.
    Millis grace = std::chrono::hours(24);
    Millis trash_time = std::chrono::days(30);  // as Recordings'
    Millis chores_every = std::chrono::minutes(1);
    Millis garbage_every = std::chrono::hours(6);
    Millis tombstones_kept = std::chrono::days(90);
    Millis claims_kept = std::chrono::days(7);       // longer than an upload can be under way
    Millis finish_after = std::chrono::minutes(10);  // as Live's
    Millis resumable_time = std::chrono::hours(24);  // as Uploads'
    Millis token_grace = std::chrono::hours(24);     // as Uploads'
    Joining joining;
    // After each round, run()'s and sweep()'s, on the thread of its task; for the metrics. A round
    // of run() that broke off counts as one failure.
    std::function<void(const SweepReport&)> on_sweep{};
  };

  Sweeper(Catalog& catalog, Blobs& blobs, Env& env, Log& log, Options options);

  /// What is due, then what is garbage, once. A recording or blob that fails is logged and left to
  /// the next sweep. Throws unavailable when the store does not answer at all.
  Task<SweepReport> sweep();

  /// The first half of it: what is due, without looking through the store for garbage.
  Task<SweepReport> sweep_due();
  /// Sweeps at the options' pace until the task is cancelled by the io_context's end. Errors are
  /// logged, and the next round goes on.
  Task<void> run();

 private:
  Task<SweepReport> chores();
  Task<void> purge_due(SweepReport& report);
  Task<void> follow(const Due& due, SweepReport& report);
  Task<void> finish(const Recording& recording, SweepReport& report);
  Task<void> empty_closing_accounts(SweepReport& report);
  Task<void> empty(AccountId account, SweepReport& report);
  Task<void> collect_garbage(SweepReport& report);
  Task<void> look_after(const BlobKey& any_key, const std::vector<BlobKey>& old_keys,
                        SweepReport& report);
  Task<void> collect_unfinished(SweepReport& report);
  Task<void> judge_unfinished(const DirectBlob& blob, SweepReport& report);
  Task<void> erase_garbage(const std::vector<BlobKey>& keys, SweepReport& report);
  Task<void> try_chores();
  Task<void> try_garbage();
  void tell(const SweepReport& report) const;
  void note(SweepReport& report, const char* what, const std::string& id, const Error& error);

  Catalog& catalog_;
  Blobs& blobs_;
  Env& env_;
  Log& log_;
  const Options options_;
};

}  // namespace tapedeck
