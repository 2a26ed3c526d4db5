// SqliteDatabase: one connection, and statements on it. The only user of sqlite3.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/id.h"
#include "base/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tapedeck {

/// A failure of SQLite: storage_full for a full disk, else unavailable.
class SqliteError : public Error {
 public:
  SqliteError(int code, std::string detail);

  int code() const { return code_; }  // extended result code
  /// The file could not be read, written or synced, or is damaged: nothing more should be written
  /// to it by this process.
  bool is_broken_file() const;

 private:
  int code_;
};

class SqliteQuery;

/// One connection. Used by one thread at a time; must outlive its queries.
class SqliteDatabase {
 public:
  enum class Access { read_only, read_write };
  struct Options {
    std::string path;
    Access access = Access::read_only;
    std::string vfs;  // the name of a registered VFS; empty: the system's
  };

  /// Opens (and with read_write makes) the database with the pragmas of docs/data.md. Connections
  /// that are read-only never checkpoint. Throws SqliteError.
  explicit SqliteDatabase(const Options& options);
  ~SqliteDatabase();
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  /// Runs statements that give no rows.
  void execute(const char* sql);
  /// The statement, prepared at its first use and kept. `sql` is a literal: it is known by its
  /// address. One query on a statement at a time.
  SqliteQuery query(const char* sql);
  /// Rows that the last insert, update or delete changed.
  std::int64_t changes() const;
  /// No transaction is open: after an error SQLite may have rolled it back on its own.
  bool is_autocommit() const;

  /// Transactions of this connection that were rolled back, by whomever.
  std::uint64_t rollbacks() const { return rollbacks_; }

  std::int64_t user_version();

  /// Frames in the WAL after the last commit of this connection.
  int wal_frames() const { return wal_frames_; }
  /// Copies what it can from the WAL into the database and syncs it, waiting for no reader. True:
  /// everything was copied, and the next commit reuses the WAL from its start.
  bool checkpoint();
  /// From now on closing leaves the files as they are; otherwise the last connection copies the
  /// WAL into the database and removes it.
  void leave_files_on_close();
  /// Writes what the WAL holds once more, and syncs it; on return what is read from it survives a
  /// power cut. For the connection that writes, before it does. A sync that failed in an earlier
  /// process may have left bytes in the kernel's cache, clean, that are on no disk: without this
  /// they would be believed, and what is committed after them lost with them.
  void rewrite_wal();
  /// Throws when nothing can be written. SQLite opens a WAL for reading when it cannot open it for
  /// writing, and would say so at the first write only.
  void refuse_read_only();

  sqlite3* handle() { return connection_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  std::unique_ptr<sqlite3, Close> connection_;
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
  int wal_frames_ = 0;
  std::uint64_t rollbacks_ = 0;
};

/// Parameters bound in order, then rows stepped through. Resets its statement when it ends.
class SqliteQuery {
 public:
  SqliteQuery(sqlite3* connection, sqlite3_stmt* statement)
      : connection_(connection), statement_(statement) {}
  ~SqliteQuery();
  SqliteQuery(const SqliteQuery&) = delete;
  SqliteQuery& operator=(const SqliteQuery&) = delete;

  /// Binds the next parameters. Text and bytes are copied.
  template <class... Values>
  SqliteQuery& bind(const Values&... values) {
    (add(values), ...);
    return *this;
  }
  /// As bind, for a string that is bytes and not text.
  SqliteQuery& bind_bytes(ByteView bytes) {
    add_bytes(bytes);
    return *this;
  }
  /// To the next row; false at the end. Throws SqliteError.
  bool step();
  /// Runs a statement that gives no rows.
  void run();

  // The columns of the row, by index. What is stored in another form throws Error{unavailable}:
  // the database is damaged.
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  ByteCount count(int column) const;
  bool boolean(int column) const { return integer(column) != 0; }
  Time time(int column) const { return Time{Millis{integer(column)}}; }
  std::string text(int column) const { return std::string(view(column)); }
  std::string_view view(int column) const;  // text or bytes; valid until the next step
  Sha256Digest digest(int column) const;
  Ulid ulid(int column) const;
  template <class IdType>
  IdType id(int column) const {
    return IdType{ulid(column)};
  }

 private:
  void add(std::nullopt_t);
  void add(std::int64_t value);
  void add(std::uint64_t value);  // throws Error{invalid} over 2^63 - 1
  void add(int value) { add(std::int64_t{value}); }
  void add(std::uint32_t value) { add(std::int64_t{value}); }
  void add(bool value) { add(std::int64_t{value ? 1 : 0}); }
  void add(Millis value) { add(std::int64_t{value.count()}); }
  void add(Time value) { add(std::int64_t{value.time_since_epoch().count()}); }
  void add(std::string_view text);
  void add(const std::string& text) { add(std::string_view(text)); }
  void add(const char* text) { add(std::string_view(text)); }
  void add_bytes(ByteView bytes);
  void add(const Ulid& ulid) { add_bytes(ulid.view()); }
  template <class Tag>
  void add(const Id<Tag>& id) {
    add_bytes(id.view());
  }
  void add(const Sha256Digest& digest) { add_bytes(view_of(digest)); }
  template <class T>
  void add(const std::optional<T>& value) {
    if (value) {
      add(*value);
    } else {
      add(std::nullopt);
    }
  }
  template <class Enum>
    requires std::is_enum_v<Enum>
  void add(Enum value) {
    add(static_cast<std::int64_t>(value));
  }

  void check(int code) const;
  [[noreturn]] void fail(const char* expected, int column) const;

  sqlite3* connection_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

}  // namespace tapedeck
