// What the Sweeper asks, and what no other subject owns.
#include "base/error.h"
#include "store/facts.h"
#include "store/sqlite_catalog.h"
#include "store/sqlite_rows.h"

namespace tapedeck {

namespace {

constexpr int forgotten_max = 500;  // rows of a table in one transaction: others wait meanwhile

/// True: there may be more.
bool forget_some(SqliteDatabase& database, Time tombstones_before, Time claims_before,
                 Time expired_before) {
  bool more = false;
  auto run = [&](SqliteQuery query, Time before) {
    query.bind(before, forgotten_max).run();
    more = more || database.changes() == forgotten_max;
  };
  run(database.query(R"(
      DELETE FROM tombstones WHERE (account, recording) IN (
        SELECT account, recording FROM tombstones WHERE changed_at < ? LIMIT ?))"),
      tombstones_before);
  run(database.query(R"(
      DELETE FROM claims WHERE (account, key) IN (
        SELECT account, key FROM claims WHERE created_at < ? LIMIT ?))"),
      claims_before);
  run(database.query(R"(
      DELETE FROM uploads WHERE secret_hash IN (
        SELECT secret_hash FROM uploads WHERE created_at < ? LIMIT ?))"),
      claims_before);
  run(database.query(R"(
      DELETE FROM tokens WHERE secret_hash IN (
        SELECT secret_hash FROM tokens WHERE expires_at < ? LIMIT ?))"),
      expired_before);
  run(database.query(R"(
      DELETE FROM invitations WHERE secret_hash IN (
        SELECT secret_hash FROM invitations WHERE expires_at < ? LIMIT ?))"),
      expired_before);
  return more;
}

std::string find_or_add(SqliteDatabase& database, const std::string& name,
                        const std::string& proposed) {
  {
    auto row = database.query("SELECT value FROM secrets WHERE name = ?");
    if (row.bind(name).step()) return row.text(0);
  }
  auto row = database.query("INSERT INTO secrets (name, value) VALUES (?, ?)");
  row.bind(name).bind_bytes(proposed).run();
  return proposed;
}

}  // namespace

Task<void> SqliteCatalog::add_due(const Due& due) {
  auto job = [&](SqliteDatabase& database) { add_due_row(database, due); };
  co_await writer_.write(job);
}

Task<std::vector<Due>> SqliteCatalog::list_due(Time until, std::size_t max) {
  auto job = [&](SqliteDatabase& database) {
    std::vector<Due> due;
    auto hour = std::chrono::floor<std::chrono::hours>(until).time_since_epoch().count();
    auto rows = database.query(
        "SELECT at, kind, account, recording FROM due WHERE hour <= ? AND at <= ?"
        " ORDER BY hour, at, kind, account, recording LIMIT ?");
    rows.bind(std::int64_t{hour}, until, limit_of(max));
    while (due.size() < max && rows.step()) {
      due.push_back({rows.time(0), static_cast<DueKind>(rows.integer(1)), rows.id<AccountId>(2),
                     rows.id<RecordingId>(3)});
    }
    return due;
  };
  co_return co_await readers_.read(job);
}

Task<void> SqliteCatalog::remove_due(const Due& due) {
  auto job = [&](SqliteDatabase& database) {
    auto hour = std::chrono::floor<std::chrono::hours>(due.at).time_since_epoch().count();
    auto row = database.query(
        "DELETE FROM due WHERE hour = ? AND at = ? AND kind = ? AND account = ? AND recording = ?");
    row.bind(std::int64_t{hour}, due.at, due.kind, due.account, due.recording).run();
  };
  co_await writer_.write(job);
}

Task<void> SqliteCatalog::forget(Time tombstones_before, Time claims_before, Time expired_before) {
  auto job = [&](SqliteDatabase& database) {
    return forget_some(database, tombstones_before, claims_before, expired_before);
  };
  for (bool more = true; more;) {
    more = co_await writer_.write(job);
  }
}

Task<std::string> SqliteCatalog::find_or_add_secret(const std::string& name,
                                                    const std::string& proposed) {
  auto job = [&](SqliteDatabase& database) { return find_or_add(database, name, proposed); };
  co_return co_await writer_.write(job);
}

Task<CatalogMode> SqliteCatalog::find_mode() {
  auto job = [](SqliteDatabase& database) {
    auto row = database.query("SELECT value FROM secrets WHERE name = ?");
    return row.bind(mode_name).step() ? row.text(0) : std::string();
  };
  auto stored = co_await readers_.read(job);
  co_return mode_stored(stored);
}

Task<void> SqliteCatalog::set_mode(CatalogMode mode) {
  auto job = [&](SqliteDatabase& database) {
    auto row = database.query("INSERT OR REPLACE INTO secrets (name, value) VALUES (?, ?)");
    row.bind(mode_name).bind_bytes(text_of(mode)).run();
  };
  co_await writer_.write(job);
}

Task<void> SqliteCatalog::ping() {
  if (!writer_.is_healthy()) {
    throw Error(Fault::unavailable,
                "the catalog takes no writes after an I/O error; restart the server");
  }
  auto job = [](SqliteDatabase& database) {
    auto row = database.query("SELECT 1 FROM secrets LIMIT 1");
    return row.step();
  };
  co_await readers_.read(job);
}

}  // namespace tapedeck
