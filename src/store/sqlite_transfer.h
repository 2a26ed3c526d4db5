// SqliteTransfer: a whole SQLite catalog, to be moved from here or to here.
#pragma once

#include <memory>
#include <string>

#include "base/log.h"
#include "core/catalog_transfer.h"
#include "store/sqlite_readers.h"
#include "store/sqlite_writer.h"

namespace tapedeck {

class SqliteTransfer final : public CatalogTransfer {
 public:
  enum class Access {
    read,   // beside a server that uses it: put, erase and recount must not be called
    write,  // the folder's lock is held: no other process uses it
  };

  /// For writing the database is made or migrated. Blocks. Throws conflict for another schema,
  /// unavailable, storage_full.
  SqliteTransfer(const std::string& path, Access access, Log& log);

  Task<FactPage> list_facts(const std::string& after) override;
  Task<void> put_fact(const Fact& fact, bool is_new) override;
  Task<void> erase_fact(const FactKey& key) override;
  Task<void> recount(AccountId account) override;

 private:
  std::unique_ptr<SqliteWriter> writer_;  // only for writing; made first: it makes the tables
  SqliteReaders readers_;
};

/// At most some hundred facts. Within a transaction.
FactPage list_fact_rows(SqliteDatabase& database, const std::string& after);

}  // namespace tapedeck
