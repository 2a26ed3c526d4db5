// SqliteReaders: read-only connections to the catalog, each used by one thread at a time.
#pragma once

#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/pool.h"
#include "base/task.h"
#include "store/sqlite_database.h"

namespace tapedeck {

/// A read transaction: what is read in its scope is of one moment.
class Snapshot {
 public:
  explicit Snapshot(SqliteDatabase& database) : database_(database) { database_.execute("BEGIN"); }
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  SqliteDatabase& database_;
};

/// Safe for concurrent use. The database must exist; nothing is written to it. With a `count` of 0
/// there is one connection and no thread, for one task that has nothing else to do.
class SqliteReaders {
 public:
  SqliteReaders(const SqliteDatabase::Options& database, std::size_t count);

  /// Runs `job(database)` on a thread of the pool and gives its value, or throws what it threw. The
  /// job may refer to the caller's frame, which waits. It sees every write that was durable before.
  template <class Callable>
  Task<std::invoke_result_t<Callable&, SqliteDatabase&>> read(Callable& job) {
    auto run = [this, &job] {
      Lease lease(*this);
      return job(*lease.database);
    };
    co_return co_await on(pool_, run);
  }

 private:
  /// A connection that nobody else uses. There are as many as threads, so one is always free.
  struct Lease {
    explicit Lease(SqliteReaders& r);
    ~Lease();
    SqliteReaders& readers;
    std::unique_ptr<SqliteDatabase> database;
  };

  std::mutex mutex_;
  std::vector<std::unique_ptr<SqliteDatabase>> free_;  // Guarded by mutex_.
  Pool pool_;  // the last member: its threads end before what they use
};

}  // namespace tapedeck
