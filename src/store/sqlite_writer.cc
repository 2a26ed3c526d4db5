#include "store/sqlite_writer.h"

#include <algorithm>

#include <pthread.h>

#include "base/error.h"
#include "store/sqlite_schema.h"

namespace tapedeck {

SqliteWriter::SqliteWriter(Options options, Log& log)
    : options_(std::move(options)),
      log_(log),
      database_(options_.database),
      next_checkpoint_frames_(options_.checkpoint_frames) {
  database_.rewrite_wal();
  database_.refuse_read_only();
  migrate(database_);
  thread_ = std::thread([this] { work(); });
  pthread_setname_np(thread_.native_handle(), "catalog-write");
}

SqliteWriter::~SqliteWriter() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void SqliteWriter::enqueue(Waiting& waiting) {
  bool is_full = false;
  bool must_wake = false;
  {
    std::lock_guard lock(mutex_);
    is_full = queue_.size() >= options_.queue_max;
    if (!is_full) queue_.push_back(&waiting);
    must_wake = patience_.must_wake(queue_.size());
  }
  if (must_wake) changed_.notify_one();
  if (!is_full) return;
  // Not thrown from here: the task is suspended already and can only be resumed.
  waiting.fail(std::make_exception_ptr(
      Error(Fault::unavailable, "the queue of the catalog's writer is full")));
  auto resume = std::move(waiting.resume);
  resume();
}

SqliteWriter::Batch SqliteWriter::take_batch() {
  std::unique_lock lock(mutex_);
  auto is_due = [this] { return stopping_ || !queue_.empty(); };
  if (has_frames_ && is_healthy()) {
    changed_.wait_for(lock, options_.idle_time, is_due);
  } else {
    changed_.wait(lock, is_due);
  }
  patience_.wait(lock, changed_,
                 [this](std::size_t so_many) { return stopping_ || queue_.size() >= so_many; });
  auto count = std::min(queue_.size(), options_.batch_max);
  patience_.took(count);
  Batch batch(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
  return batch;
}

void SqliteWriter::work() {
  for (;;) {
    auto batch = take_batch();
    if (!batch.empty()) {
      run_batch(batch);
      if (database_.wal_frames() >= next_checkpoint_frames_) checkpoint();
      continue;
    }
    {
      std::lock_guard lock(mutex_);
      if (stopping_ && queue_.empty()) return;
    }
    checkpoint();  // idle
  }
}

void SqliteWriter::run_batch(const Batch& batch) {
  std::vector<bool> failed(batch.size(), false);
  std::exception_ptr error;
  try {
    if (!is_healthy()) {
      throw Error(Fault::unavailable,
                  "the catalog takes no writes after an I/O error; restart the server");
    }
    auto done = run_as_one(batch);
    if (!done) run_apart(batch, failed);
    has_frames_ = true;
  } catch (const SqliteError& sqlite_error) {
    note(sqlite_error);
    error = std::current_exception();
  } catch (...) {
    error = std::current_exception();
  }
  if (error) roll_back();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (error && !failed[i]) batch[i]->fail(error);
    auto resume = std::move(batch[i]->resume);  // the rest of it may be gone once it is resumed
    resume();
  }
}

/// False, and nothing is changed, when one of the jobs has thrown: which is rare. A savepoint for
/// each would have SQLite copy every page that it changes.
bool SqliteWriter::run_as_one(const Batch& batch) {
  database_.execute("BEGIN IMMEDIATE");
  try {
    for (auto* waiting : batch) waiting->run(database_);
  } catch (const SqliteError& error) {
    if (error.is_broken_file() || database_.is_autocommit()) throw;
    database_.execute("ROLLBACK");
    return false;
  } catch (...) {
    database_.execute("ROLLBACK");
    return false;
  }
  database_.execute("COMMIT");
  return true;
}

void SqliteWriter::run_apart(const Batch& batch, std::vector<bool>& failed) {
  database_.execute("BEGIN IMMEDIATE");
  for (std::size_t i = 0; i < batch.size(); ++i) run_job(*batch[i], failed, i);
  database_.execute("COMMIT");
}

void SqliteWriter::run_job(Waiting& waiting, std::vector<bool>& failed, std::size_t index) {
  database_.query("SAVEPOINT job").run();
  std::exception_ptr error;
  try {
    waiting.run(database_);
  } catch (const SqliteError& sqlite_error) {
    // After some errors (a full disk, I/O) SQLite has rolled the whole transaction back.
    if (sqlite_error.is_broken_file() || database_.is_autocommit()) throw;
    error = std::current_exception();
  } catch (...) {
    error = std::current_exception();
  }
  if (error) {
    database_.query("ROLLBACK TO job").run();
    failed[index] = true;
    waiting.fail(error);
  }
  database_.query("RELEASE job").run();
}

void SqliteWriter::roll_back() {
  try {
    if (!database_.is_autocommit()) database_.execute("ROLLBACK");
  } catch (const SqliteError& error) {
    note(error);
    give_up();  // what is open cannot be closed: nothing more may be put into it
  }
}

void SqliteWriter::checkpoint() {
  if (!is_healthy()) return;
  try {
    bool all = database_.checkpoint();
    has_frames_ = !all;
    // While a reader holds old frames the WAL grows; try again after a quarter more, not at once.
    next_checkpoint_frames_ =
        all ? options_.checkpoint_frames : database_.wal_frames() + options_.checkpoint_frames / 4;
  } catch (const SqliteError& error) {
    note(error);
    next_checkpoint_frames_ = database_.wal_frames() + options_.checkpoint_frames / 4;
  }
}

void SqliteWriter::note(const SqliteError& error) {
  if (!error.is_broken_file()) {
    log_.warning("catalog.write_failed", {{"error", error.what()}});
    return;
  }
  if (!give_up()) return;
  log_.error("catalog.stopped",
             {{"error", error.what()},
              {"next", "no more writes are taken; check the disk, then restart the server"}});
}

bool SqliteWriter::give_up() {
  if (broken_.exchange(true)) return false;
  // A sync that failed once may succeed the next time without the bytes being there: a checkpoint
  // on such a word would remove the WAL, which is what the next start can still trust.
  database_.leave_files_on_close();
  return true;
}

}  // namespace tapedeck
