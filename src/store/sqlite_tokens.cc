#include "base/error.h"
#include "store/sqlite_catalog.h"
#include "store/sqlite_rows.h"

namespace tapedeck {

namespace {

void add(SqliteDatabase& database, const Token& token) {
  auto row = database.query(R"(
      INSERT INTO tokens (secret_hash, id, account, kind, name, scopes, session_epoch, created_at,
                          expires_at, last_used_at, recording_bytes_max, recording_time_max,
                          live_max)
      SELECT ?, ?, id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM accounts WHERE id = ?)");
  row.bind(token.secret_hash, token.id, token.kind, token.name, int{token.scopes.bits},
           token.session_epoch, token.created_at, token.expires_at, token.last_used_at,
           token.limits.recording_bytes_max, token.limits.recording_time_max, token.limits.live_max,
           token.account);
  row.run();
  if (database.changes() == 0) throw Error(Fault::not_found, "There is no such account.");
}

}  // namespace

Task<void> SqliteCatalog::add_invitation(const Invitation& invitation) {
  auto job = [&](SqliteDatabase& database) {
    auto row = database.query(
        "INSERT INTO invitations (secret_hash, admin, created_at, expires_at) VALUES (?, ?, ?, ?)");
    row.bind(invitation.secret_hash, invitation.admin, invitation.created_at,
             invitation.expires_at);
    row.run();
  };
  co_await writer_.write(job);
}

Task<std::optional<Invitation>> SqliteCatalog::find_invitation(const Sha256Digest& secret_hash) {
  auto job = [&](SqliteDatabase& database) -> std::optional<Invitation> {
    auto row = database.query(
        "SELECT admin, created_at, expires_at FROM invitations WHERE secret_hash = ?");
    if (!row.bind(secret_hash).step()) return std::nullopt;
    return Invitation{secret_hash, row.boolean(0), row.time(1), row.time(2)};
  };
  co_return co_await readers_.read(job);
}

Task<void> SqliteCatalog::add_token(const Token& token) {
  auto job = [&](SqliteDatabase& database) { add(database, token); };
  co_await writer_.write(job);
}

Task<std::optional<Credential>> SqliteCatalog::find_credential(const Sha256Digest& secret_hash) {
  auto job = [&](SqliteDatabase& database) -> std::optional<Credential> {
    auto row = database.query("SELECT " TAPEDECK_TOKEN_COLUMNS ", " TAPEDECK_ACCOUNT_COLUMNS
                              " FROM tokens t JOIN accounts a ON a.id = t.account"
                              " WHERE t.secret_hash = ?");
    if (!row.bind(secret_hash).step()) return std::nullopt;
    return Credential{read_token(row), read_account(row, token_columns)};
  };
  co_return co_await readers_.read(job);
}

Task<std::vector<Token>> SqliteCatalog::list_tokens(AccountId account) {
  auto job = [&](SqliteDatabase& database) {
    std::vector<Token> tokens;
    auto rows = database.query("SELECT " TAPEDECK_TOKEN_COLUMNS
                               " FROM tokens t WHERE t.account = ?"
                               " ORDER BY t.created_at DESC, t.id DESC");
    rows.bind(account);
    while (rows.step()) tokens.push_back(read_token(rows));
    return tokens;
  };
  co_return co_await readers_.read(job);
}

Task<bool> SqliteCatalog::remove_token(AccountId account, TokenId id) {
  auto job = [&](SqliteDatabase& database) {
    database.query("DELETE FROM tokens WHERE id = ? AND account = ?").bind(id, account).run();
    return database.changes() > 0;
  };
  co_return co_await writer_.write(job);
}

Task<void> SqliteCatalog::touch_token(AccountId account, TokenId id, Time used_at) {
  auto job = [&](SqliteDatabase& database) {
    auto row = database.query(
        "UPDATE tokens SET last_used_at = max(last_used_at, ?) WHERE id = ? AND account = ?");
    row.bind(used_at, id, account).run();
  };
  co_await writer_.write(job);
}

}  // namespace tapedeck
