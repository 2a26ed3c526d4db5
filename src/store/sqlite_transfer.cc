#include "store/sqlite_transfer.h"

#include "base/check.h"
#include "store/facts.h"
#include "store/sqlite_rows.h"
#include "store/sqlite_schema.h"

namespace tapedeck {

namespace {

std::unique_ptr<SqliteWriter> make_writer(const std::string& path, SqliteTransfer::Access access,
                                          Log& log) {
  using DatabaseAccess = SqliteDatabase::Access;
  if (access == SqliteTransfer::Access::write) {
    SqliteWriter::Options options;
    options.database = {.path = path, .access = DatabaseAccess::read_write, .vfs = {}};
    return std::make_unique<SqliteWriter>(options, log);
  }
  SqliteDatabase database({.path = path, .access = DatabaseAccess::read_only, .vfs = {}});
  check_schema(database);
  return nullptr;
}

[[noreturn]] void refuse(const Fact& fact, const char* why) {
  throw Error(Fault::conflict, text_of(key_of(fact)) + ": " + why);
}

void require_account(SqliteDatabase& database, const Fact& fact, AccountId id) {
  auto row = database.query("SELECT 1 FROM accounts WHERE id = ?");
  if (!row.bind(id).step()) refuse(fact, "its account is not there");
}

void put(SqliteDatabase& database, const SecretFact& fact) {
  auto row = database.query("INSERT OR REPLACE INTO secrets (name, value) VALUES (?, ?)");
  row.bind(fact.name).bind_bytes(fact.value).run();
}

void put_identity(SqliteDatabase& database, const AccountFact& fact) {
  auto id = fact.account.id;
  database.query("DELETE FROM identities WHERE account = ?").bind(id).run();
  if (!fact.identity) return;
  {
    auto taken = database.query("SELECT 1 FROM identities WHERE key = ?");
    if (taken.bind(fact.identity->key()).step()) refuse(fact, "its identity is another's");
  }
  auto row =
      database.query("INSERT INTO identities (key, account, issuer, subject) VALUES (?, ?, ?, ?)");
  row.bind(fact.identity->key(), id, fact.identity->issuer, fact.identity->subject).run();
}

void put(SqliteDatabase& database, const AccountFact& fact) {
  const auto& account = fact.account;
  auto name = fold_username(account.username);
  {
    auto taken = database.query("SELECT 1 FROM accounts WHERE username_key = ? AND id <> ?");
    if (taken.bind(name, account.id).step()) refuse(fact, "its name is another's");
  }
  auto row = database.query(R"(
      INSERT INTO accounts (id, username, username_key, password_hash, state, admin, created_at,
                            session_epoch, quota_bytes, used_bytes, reserved_bytes)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)
      ON CONFLICT (id) DO UPDATE SET
        username = excluded.username, username_key = excluded.username_key,
        password_hash = excluded.password_hash, state = excluded.state, admin = excluded.admin,
        created_at = excluded.created_at, session_epoch = excluded.session_epoch,
        quota_bytes = excluded.quota_bytes)");
  row.bind(account.id, account.username, name, account.password_hash, account.state, account.admin,
           account.created_at, account.session_epoch, account.quota_bytes);
  row.run();
  put_identity(database, fact);
}

void put(SqliteDatabase& database, const Invitation& fact) {
  auto row = database.query(
      "INSERT OR REPLACE INTO invitations (secret_hash, admin, created_at, expires_at)"
      " VALUES (?, ?, ?, ?)");
  row.bind(fact.secret_hash, fact.admin, fact.created_at, fact.expires_at).run();
}

void put(SqliteDatabase& database, const Token& fact) {
  require_account(database, fact, fact.account);
  auto row = database.query(R"(
      INSERT OR REPLACE INTO tokens (secret_hash, id, account, kind, name, scopes, session_epoch,
                                     created_at, expires_at, last_used_at, recording_bytes_max,
                                     recording_time_max, live_max)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))");
  row.bind(fact.secret_hash, fact.id, fact.account, fact.kind, fact.name, int{fact.scopes.bits},
           fact.session_epoch, fact.created_at, fact.expires_at, fact.last_used_at,
           fact.limits.recording_bytes_max, fact.limits.recording_time_max, fact.limits.live_max);
  row.run();
}

void put(SqliteDatabase& database, const Due& fact) {
  add_due_row(database, fact);
}

void delete_recording(SqliteDatabase& database, AccountId account, RecordingId id) {
  database.query("DELETE FROM recordings WHERE account = ? AND id = ?").bind(account, id).run();
  delete_chunk_rows(database, account, id);
  auto tombstone = database.query("DELETE FROM tombstones WHERE account = ? AND recording = ?");
  tombstone.bind(account, id).run();
}

void put(SqliteDatabase& database, const RecordingFact& fact) {
  const auto& recording = fact.recording;
  require_account(database, fact, recording.account);
  delete_recording(database, recording.account, recording.id);
  auto spill = add_segments({}, fact.segments);
  add_recording_row(database, recording, spill.tail);
  add_chunk_rows(database, recording.account, recording.id, spill.chunks);
}

void put(SqliteDatabase& database, const TombstoneFact& fact) {
  delete_recording(database, fact.account, fact.recording);
  auto row =
      database.query("INSERT INTO tombstones (account, recording, changed_at) VALUES (?, ?, ?)");
  row.bind(fact.account, fact.recording, fact.changed_at).run();
}

void put(SqliteDatabase& database, const ClaimFact& fact) {
  auto row = database.query(
      "INSERT OR REPLACE INTO claims (account, key, recording, created_at) VALUES (?, ?, ?, ?)");
  row.bind(fact.account, fact.key, fact.recording, fact.created_at).run();
}

void put(SqliteDatabase& database, const Upload& fact) {
  auto row = database.query("INSERT OR REPLACE INTO uploads (secret_hash, " TAPEDECK_UPLOAD_COLUMNS
                            ") VALUES (?, ?, ?, ?, ?, ?, ?)");
  row.bind(fact.secret_hash, fact.account, fact.recording, fact.token, fact.metadata,
           fact.concatenation, fact.created_at);
  row.run();
}

void erase(SqliteDatabase& database, const FactKey& key) {
  using Kind = FactKey::Kind;
  switch (key.kind) {
    case Kind::secret:
      database.query("DELETE FROM secrets WHERE name = ?").bind(key.name).run();
      return;
    case Kind::account:
      database.query("DELETE FROM identities WHERE account = ?").bind(*key.account).run();
      database.query("DELETE FROM accounts WHERE id = ?").bind(*key.account).run();
      return;
    case Kind::invitation:
      database.query("DELETE FROM invitations WHERE secret_hash = ?").bind(key.hash).run();
      return;
    case Kind::token:
      database.query("DELETE FROM tokens WHERE secret_hash = ?").bind(key.hash).run();
      return;
    case Kind::due: {
      auto row = database.query(
          "DELETE FROM due WHERE hour = ? AND at = ? AND kind = ? AND account = ? AND recording = "
          "?");
      auto hour = std::chrono::floor<std::chrono::hours>(key.at).time_since_epoch().count();
      row.bind(std::int64_t{hour}, key.at, key.due, *key.account, key.recording).run();
      return;
    }
    case Kind::recording:
      delete_recording(database, *key.account, key.recording);
      return;
    case Kind::claim: {
      auto row = database.query("DELETE FROM claims WHERE account = ? AND key = ?");
      row.bind(*key.account, key.hash).run();
      return;
    }
    case Kind::upload:
      database.query("DELETE FROM uploads WHERE secret_hash = ?").bind(key.hash).run();
      return;
  }
}

}  // namespace

SqliteTransfer::SqliteTransfer(const std::string& path, Access access, Log& log)
    : writer_(make_writer(path, access, log)), readers_({.path = path}, 1) {}

Task<FactPage> SqliteTransfer::list_facts(const std::string& after) {
  auto job = [&](SqliteDatabase& database) {
    Snapshot snapshot(database);  // a recording and its chunks are of one moment
    return list_fact_rows(database, after);
  };
  co_return co_await readers_.read(job);
}

Task<void> SqliteTransfer::put_fact(const Fact& fact, bool) {
  MUST(writer_);
  auto job = [&](SqliteDatabase& database) {
    std::visit([&](const auto& value) { put(database, value); }, fact);
  };
  co_await writer_->write(job);
}

Task<void> SqliteTransfer::erase_fact(const FactKey& key) {
  MUST(writer_);
  auto job = [&](SqliteDatabase& database) { erase(database, key); };
  co_await writer_->write(job);
}

Task<void> SqliteTransfer::recount(AccountId account) {
  MUST(writer_);
  auto job = [&](SqliteDatabase& database) {
    auto row = database.query(R"(
        UPDATE accounts SET
          used_bytes = (SELECT coalesce(sum(size), 0) FROM recordings WHERE account = ?1),
          reserved_bytes =
            (SELECT coalesce(sum(reserved_bytes), 0) FROM recordings WHERE account = ?1)
        WHERE id = ?1)");
    row.bind(account).run();
  };
  co_await writer_->write(job);
}

}  // namespace tapedeck
