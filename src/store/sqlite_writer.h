// SqliteWriter: the one thread that changes the catalog. What waits is committed together.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/batch_patience.h"
#include "base/job.h"
#include "base/log.h"
#include "base/suspend.h"
#include "base/task.h"
#include "store/sqlite_database.h"

namespace tapedeck {

/// Safe for concurrent use. The destructor runs what is queued, then joins the thread. Owns its
/// connection, which is the only one that writes and the only one that checkpoints.
class SqliteWriter {
 public:
  struct Options {
    SqliteDatabase::Options database;
    std::size_t queue_max = 65'536;  // more waiting jobs are refused
    std::size_t batch_max = 256;     // jobs in one transaction
    int checkpoint_frames = 1'024;   // of 4 KiB: checkpoint when the WAL holds more
    Millis idle_time = Millis{500};  // checkpoint after so long without a job
  };

  /// Opens and migrates the database. Throws as SqliteDatabase and migrate do.
  SqliteWriter(Options options, Log& log);
  ~SqliteWriter();
  SqliteWriter(const SqliteWriter&) = delete;
  SqliteWriter& operator=(const SqliteWriter&) = delete;

  /// Runs `job(database)` inside a transaction on the writer's thread and gives its value once that
  /// is durable. A job that throws changes nothing, and only itself fails. When the commit fails
  /// every job of the transaction does, with storage_full or unavailable. The job may refer to the
  /// caller's frame, which waits, but changes nothing there, since it may be run twice; it must not
  /// end transactions.
  template <class Callable>
  Task<std::invoke_result_t<Callable&, SqliteDatabase&>> write(Callable& job) {
    using Result = std::invoke_result_t<Callable&, SqliteDatabase&>;
    WaitingFor<Callable, Result> waiting(job);
    auto start = [&](Job resume) {
      waiting.resume = std::move(resume);
      enqueue(waiting);
    };
    co_await suspend(start);
    co_return waiting.outcome.take();
  }

  /// False after an I/O error: everything is refused until the process is started again, since
  /// nobody knows what the file holds.
  bool is_healthy() const { return !broken_.load(); }

 private:
  struct Waiting {
    virtual ~Waiting() = default;
    virtual void run(SqliteDatabase& database) = 0;  // throws what the job throws
    virtual void fail(std::exception_ptr error) = 0;
    Job resume;
  };
  template <class Callable, class Result>
  struct WaitingFor final : Waiting {
    explicit WaitingFor(Callable& j) : job(j) {}
    void run(SqliteDatabase& database) override {
      if constexpr (std::is_void_v<Result>) {
        job(database);
      } else {
        auto value = job(database);
        auto give = [&value] { return std::move(value); };
        outcome.run(give);
      }
    }
    void fail(std::exception_ptr error) override { outcome.fail(std::move(error)); }

    Callable& job;
    Outcome<Result> outcome;
  };
  using Batch = std::vector<Waiting*>;

  void enqueue(Waiting& waiting);
  void work();
  /// The next batch; empty when it is time to checkpoint or to end.
  Batch take_batch();
  void run_batch(const Batch& batch);
  bool run_as_one(const Batch& batch);
  void run_apart(const Batch& batch, std::vector<bool>& failed);
  void run_job(Waiting& waiting, std::vector<bool>& failed, std::size_t index);
  void roll_back();
  void checkpoint();
  void note(const SqliteError& error);
  /// Nothing more is written to the file, not even when it is closed. False: it was so already.
  bool give_up();

  const Options options_;
  Log& log_;
  SqliteDatabase database_;
  std::atomic<bool> broken_{false};
  int next_checkpoint_frames_;
  bool has_frames_ = true;  // the WAL may hold what no checkpoint copied

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting*> queue_;  // Guarded by mutex_.
  bool stopping_ = false;       // Guarded by mutex_.
  BatchPatience patience_;      // Guarded by mutex_.
  std::thread thread_;
};

}  // namespace tapedeck
