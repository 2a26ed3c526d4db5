#include "store/sqlite_database.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/check.h"

namespace tapedeck {

namespace {

Fault fault_of(int code) {
  return (code & 0xff) == SQLITE_FULL ? Fault::storage_full : Fault::unavailable;
}

[[noreturn]] void throw_error(sqlite3* connection, int code, const char* what) {
  const char* message = connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
  if ((code & 0xff) == SQLITE_FULL) {
    throw SqliteError(code, "The disk of the catalog is full. Free some space and try again.");
  }
  throw SqliteError(code, fmt::format("SQLite, {}: {} ({})", what, message, code));
}

// Of the WAL, at a time: SQLite's VFS for Unix takes less than 128 KiB.
constexpr sqlite3_int64 rewritten_bytes = 64 * KiB;

/// Of its memory: SQLite takes a lock for them at each malloc. Too late, which does no harm, where
/// SQLite was in use before.
void leave_out_statistics() {
  [[maybe_unused]] static const int code = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

constexpr const char* connection_pragmas = R"(
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;
  PRAGMA mmap_size = 0;
  PRAGMA temp_store = MEMORY;
)";

}  // namespace

SqliteError::SqliteError(int code, std::string detail)
    : Error(fault_of(code), std::move(detail)), code_(code) {}

bool SqliteError::is_broken_file() const {
  // The index of the WAL in shared memory is no part of what survives a crash: that it cannot grow
  // loses nothing.
  if (code_ == SQLITE_IOERR_SHMSIZE) return false;
  switch (code_ & 0xff) {
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
      return true;
    default:
      return false;
  }
}

void SqliteDatabase::Close::operator()(sqlite3* connection) const {
  sqlite3_close(connection);
}
void SqliteDatabase::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

SqliteDatabase::SqliteDatabase(const Options& options) {
  leave_out_statistics();
  bool writes = options.access == Access::read_write;
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  sqlite3* opened = nullptr;
  const char* vfs = options.vfs.empty() ? nullptr : options.vfs.c_str();
  int code = sqlite3_open_v2(options.path.c_str(), &opened, flags, vfs);
  connection_.reset(opened);  // also after an error
  if (code != SQLITE_OK) {
    throw SqliteError(code, fmt::format("SQLite cannot open {}: {} ({})", options.path,
                                        sqlite3_errstr(code), code));
  }
  sqlite3_busy_timeout(opened, 5'000);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, writes ? 0 : 1, nullptr);
  execute(connection_pragmas);
  if (!writes) return;
  execute("PRAGMA journal_mode = WAL");
  // One hook serves both: setting ours also turns automatic checkpoints off.
  auto remember_frames = [](void* self, sqlite3*, const char*, int frames) {
    static_cast<SqliteDatabase*>(self)->wal_frames_ = frames;
    return SQLITE_OK;
  };
  sqlite3_wal_hook(opened, remember_frames, this);
  auto count_rollback = [](void* self) { ++static_cast<SqliteDatabase*>(self)->rollbacks_; };
  sqlite3_rollback_hook(opened, count_rollback, this);
}

SqliteDatabase::~SqliteDatabase() = default;

void SqliteDatabase::execute(const char* sql) {
  int code = sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw_error(handle(), code, "execute");
}

SqliteQuery SqliteDatabase::query(const char* sql) {
  auto& statement = statements_[sql];
  if (!statement) {
    sqlite3_stmt* prepared = nullptr;
    int code = sqlite3_prepare_v3(handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    if (code != SQLITE_OK) throw_error(handle(), code, "prepare");
    statement.reset(prepared);
  }
  MUST(sqlite3_stmt_busy(statement.get()) == 0);
  return SqliteQuery(handle(), statement.get());
}

std::int64_t SqliteDatabase::changes() const {
  return sqlite3_changes64(connection_.get());
}

bool SqliteDatabase::is_autocommit() const {
  return sqlite3_get_autocommit(connection_.get()) != 0;
}

std::int64_t SqliteDatabase::user_version() {
  auto version = query("PRAGMA user_version");
  MUST(version.step());
  return version.integer(0);
}

bool SqliteDatabase::checkpoint() {
  int frames = 0;
  int copied = 0;
  int code =
      sqlite3_wal_checkpoint_v2(handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &frames, &copied);
  if (code == SQLITE_BUSY) return false;
  if (code != SQLITE_OK) throw_error(handle(), code, "checkpoint");
  return frames == copied;
}

void SqliteDatabase::leave_files_on_close() {
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void SqliteDatabase::rewrite_wal() {
  execute("SELECT count(*) FROM sqlite_schema");  // opens the WAL if there is one
  sqlite3_file* wal = nullptr;
  int code = sqlite3_file_control(handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
  if (code != SQLITE_OK) throw_error(handle(), code, "find the WAL");
  if (wal == nullptr || wal->pMethods == nullptr) return;
  auto check = [](int result) {
    if (result != SQLITE_OK) throw_error(nullptr, result, "rewrite the WAL");
  };
  sqlite3_int64 size = 0;
  check(wal->pMethods->xFileSize(wal, &size));
  std::string bytes;
  for (sqlite3_int64 at = 0; at < size; at += std::ssize(bytes)) {
    bytes.resize(static_cast<std::size_t>(std::min<sqlite3_int64>(size - at, rewritten_bytes)));
    check(wal->pMethods->xRead(wal, bytes.data(), static_cast<int>(bytes.size()), at));
    check(wal->pMethods->xWrite(wal, bytes.data(), static_cast<int>(bytes.size()), at));
  }
  if (size > 0) check(wal->pMethods->xSync(wal, SQLITE_SYNC_FULL));
}

void SqliteDatabase::refuse_read_only() {
  execute("BEGIN IMMEDIATE");
  execute("ROLLBACK");
}

SqliteQuery::~SqliteQuery() {
  sqlite3_reset(statement_);  // tells the step's error again, which was thrown already
  sqlite3_clear_bindings(statement_);
}

void SqliteQuery::check(int code) const {
  if (code != SQLITE_OK) throw_error(connection_, code, "bind");
}

bool SqliteQuery::step() {
  MUST(bound_ == sqlite3_bind_parameter_count(statement_));
  int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) throw_error(connection_, code, "step");
  return false;
}

void SqliteQuery::run() {
  bool has_row = step();
  MUST(!has_row);
}

void SqliteQuery::add(std::nullopt_t) {
  check(sqlite3_bind_null(statement_, ++bound_));
}

void SqliteQuery::add(std::int64_t value) {
  check(sqlite3_bind_int64(statement_, ++bound_, value));
}

void SqliteQuery::add(std::uint64_t value) {
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    throw Error(Fault::invalid, "A number of bytes may be at most 9223372036854775807.");
  }
  add(static_cast<std::int64_t>(value));
}

void SqliteQuery::add(std::string_view text) {
  const char* data = text.empty() ? "" : text.data();  // a null pointer would bind NULL
  check(
      sqlite3_bind_text64(statement_, ++bound_, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void SqliteQuery::add_bytes(ByteView bytes) {
  const char* data = bytes.empty() ? "" : bytes.data();
  check(sqlite3_bind_blob64(statement_, ++bound_, data, bytes.size(), SQLITE_TRANSIENT));
}

void SqliteQuery::fail(const char* expected, int column) const {
  throw SqliteError(SQLITE_CORRUPT,
                    fmt::format("the catalog is damaged: column {} of \"{}\" is no {}", column,
                                sqlite3_sql(statement_), expected));
}

bool SqliteQuery::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t SqliteQuery::integer(int column) const {
  if (sqlite3_column_type(statement_, column) != SQLITE_INTEGER) fail("integer", column);
  return sqlite3_column_int64(statement_, column);
}

ByteCount SqliteQuery::count(int column) const {
  auto value = integer(column);
  if (value < 0) fail("count", column);
  return static_cast<ByteCount>(value);
}

std::string_view SqliteQuery::view(int column) const {
  auto type = sqlite3_column_type(statement_, column);
  if (type != SQLITE_TEXT && type != SQLITE_BLOB) fail("text", column);
  const void* data = sqlite3_column_blob(statement_, column);
  auto bytes = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  if (bytes == 0) return {};
  if (data == nullptr) throw_error(connection_, SQLITE_NOMEM, "column");
  return {static_cast<const char*>(data), bytes};
}

Sha256Digest SqliteQuery::digest(int column) const {
  auto digest = sha256_from_bytes(view(column));
  if (!digest) fail("digest", column);
  return *digest;
}

Ulid SqliteQuery::ulid(int column) const {
  auto ulid = Ulid::from_bytes(view(column));
  if (!ulid) fail("id", column);
  return *ulid;
}

}  // namespace tapedeck
