#include "store/sqlite_readers.h"

#include <algorithm>

#include "base/check.h"

namespace tapedeck {

Snapshot::~Snapshot() {
  try {
    if (!database_.is_autocommit()) database_.execute("ROLLBACK");  // it only read
  } catch (const SqliteError&) {
    // The next BEGIN on this connection says so to somebody who can be told.
  }
}

SqliteReaders::SqliteReaders(const SqliteDatabase::Options& database, std::size_t count)
    : pool_({.name = "catalog-read", .threads = count}) {
  auto options = database;
  options.access = SqliteDatabase::Access::read_only;
  for (std::size_t i = 0; i < std::max<std::size_t>(count, 1); ++i) {
    free_.push_back(std::make_unique<SqliteDatabase>(options));
  }
}

SqliteReaders::Lease::Lease(SqliteReaders& r) : readers(r) {
  std::lock_guard lock(readers.mutex_);
  MUST(!readers.free_.empty());
  database = std::move(readers.free_.back());
  readers.free_.pop_back();
}

SqliteReaders::Lease::~Lease() {
  std::lock_guard lock(readers.mutex_);
  readers.free_.push_back(std::move(database));
}

}  // namespace tapedeck
