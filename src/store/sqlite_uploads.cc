// Uploads, and the claims that they ask about.
#include "base/error.h"
#include "store/sqlite_catalog.h"
#include "store/sqlite_rows.h"

namespace tapedeck {

namespace {

void add(SqliteDatabase& database, const Upload& upload) {
  {
    auto account = database.query("SELECT 1 FROM accounts WHERE id = ?");
    if (!account.bind(upload.account).step()) {
      throw Error(Fault::not_found, "There is no such account.");
    }
  }
  // Adding it again after an answer that never came is no error.
  auto row = database.query(R"(
      INSERT OR IGNORE INTO uploads (secret_hash, account, recording, token, metadata,
                                     concatenation, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?))");
  row.bind(upload.secret_hash, upload.account, upload.recording, upload.token, upload.metadata,
           upload.concatenation, upload.created_at);
  row.run();
}

std::optional<Upload> find(SqliteDatabase& database, const Sha256Digest& secret_hash) {
  auto row =
      database.query("SELECT " TAPEDECK_UPLOAD_COLUMNS " FROM uploads WHERE secret_hash = ?");
  if (!row.bind(secret_hash).step()) return std::nullopt;
  return read_upload(secret_hash, row);
}

}  // namespace

Task<void> SqliteCatalog::add_upload(const Upload& upload) {
  auto job = [&](SqliteDatabase& database) { add(database, upload); };
  co_await writer_.write(job);
}

Task<std::optional<Upload>> SqliteCatalog::find_upload(const Sha256Digest& secret_hash) {
  auto job = [&](SqliteDatabase& database) { return find(database, secret_hash); };
  co_return co_await readers_.read(job);
}

Task<void> SqliteCatalog::remove_upload(const Sha256Digest& secret_hash) {
  auto job = [&](SqliteDatabase& database) {
    database.query("DELETE FROM uploads WHERE secret_hash = ?").bind(secret_hash).run();
  };
  co_await writer_.write(job);
}

Task<std::optional<RecordingId>> SqliteCatalog::find_claim(AccountId account,
                                                           const Sha256Digest& key) {
  auto job = [&](SqliteDatabase& database) -> std::optional<RecordingId> {
    auto row = database.query("SELECT recording FROM claims WHERE account = ? AND key = ?");
    if (!row.bind(account, key).step()) return std::nullopt;
    return row.id<RecordingId>(0);
  };
  co_return co_await readers_.read(job);
}

}  // namespace tapedeck
