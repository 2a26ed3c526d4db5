#include "store/facts.h"
#include "store/sqlite_catalog.h"
#include "store/sqlite_rows.h"

namespace tapedeck {

namespace {

bool has_row(SqliteQuery& query) {
  return query.step();
}

bool is_name_taken(SqliteDatabase& database, const std::string& name) {
  auto query = database.query("SELECT 1 FROM accounts WHERE username_key = ?");
  return has_row(query.bind(name));
}

bool is_identity_taken(SqliteDatabase& database, const Identity& identity) {
  auto query = database.query("SELECT 1 FROM identities WHERE key = ?");
  return has_row(query.bind(identity.key()));
}

bool consume_invitation(SqliteDatabase& database, const Sha256Digest& secret_hash) {
  database.query("DELETE FROM invitations WHERE secret_hash = ?").bind(secret_hash).run();
  return database.changes() > 0;
}

AddAccount add(SqliteDatabase& database, const NewAccount& added) {
  const auto& account = added.account;
  auto name = fold_username(account.username);
  if (is_name_taken(database, name)) return AddAccount::name_taken;
  if (added.identity && is_identity_taken(database, *added.identity)) {
    return AddAccount::identity_taken;
  }
  if (added.invitation && !consume_invitation(database, *added.invitation)) {
    return AddAccount::invitation_gone;
  }
  auto row = database.query(R"(
      INSERT INTO accounts (id, username, username_key, password_hash, state, admin, created_at,
                            session_epoch, quota_bytes, used_bytes, reserved_bytes)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))");
  row.bind(account.id, account.username, name, account.password_hash, account.state, account.admin,
           account.created_at, account.session_epoch, account.quota_bytes, account.used_bytes,
           account.reserved_bytes);
  row.run();
  if (added.identity) {
    auto identity = database.query(
        "INSERT INTO identities (key, account, issuer, subject) VALUES (?, ?, ?, ?)");
    identity.bind(added.identity->key(), account.id, added.identity->issuer,
                  added.identity->subject);
    identity.run();
  }
  return AddAccount::added;
}

std::optional<Account> change(SqliteDatabase& database, AccountId id, const AccountPatch& patch) {
  auto account = find_account_row(database, id);
  if (!account) return std::nullopt;
  apply(patch, *account);
  auto row = database.query(R"(
      UPDATE accounts SET password_hash = ?, state = ?, admin = ?, session_epoch = ?,
                          quota_bytes = ?
      WHERE id = ?)");
  row.bind(account->password_hash, account->state, account->admin, account->session_epoch,
           account->quota_bytes, id);
  row.run();
  return account;
}

bool remove(SqliteDatabase& database, AccountId id) {
  {
    auto held = database.query("SELECT 1 FROM recordings WHERE account = ? LIMIT 1");
    if (has_row(held.bind(id))) return false;
  }
  database.query("DELETE FROM identities WHERE account = ?").bind(id).run();
  database.query("DELETE FROM tokens WHERE account = ?").bind(id).run();
  database.query("DELETE FROM uploads WHERE account = ?").bind(id).run();
  database.query("DELETE FROM accounts WHERE id = ?").bind(id).run();
  return true;
}

}  // namespace

SqliteCatalog::SqliteCatalog(Options options, Log& log)
    : options_(std::move(options)),
      writer_({.database = {.path = options_.path,
                            .access = SqliteDatabase::Access::read_write,
                            .vfs = options_.vfs},
               .checkpoint_frames = options_.checkpoint_frames,
               .idle_time = options_.idle_time},
              log),
      readers_({.path = options_.path, .vfs = options_.vfs}, options_.readers) {}

Task<AddAccount> SqliteCatalog::add_account(const NewAccount& added) {
  auto job = [&](SqliteDatabase& database) { return add(database, added); };
  co_return co_await writer_.write(job);
}

Task<std::optional<Account>> SqliteCatalog::find_account(AccountId id) {
  auto job = [&](SqliteDatabase& database) { return find_account_row(database, id); };
  co_return co_await readers_.read(job);
}

Task<std::optional<Account>> SqliteCatalog::find_account_by_username(const std::string& username) {
  auto job = [&](SqliteDatabase& database) -> std::optional<Account> {
    auto row = database.query("SELECT " TAPEDECK_ACCOUNT_COLUMNS
                              " FROM accounts a WHERE a.username_key = ?");
    if (!row.bind(fold_username(username)).step()) return std::nullopt;
    return read_account(row);
  };
  co_return co_await readers_.read(job);
}

Task<std::optional<Account>> SqliteCatalog::find_account_by_identity(const Identity& identity) {
  auto job = [&](SqliteDatabase& database) -> std::optional<Account> {
    auto row = database.query("SELECT " TAPEDECK_ACCOUNT_COLUMNS
                              " FROM identities i JOIN accounts a ON a.id = i.account"
                              " WHERE i.key = ?");
    if (!row.bind(identity.key()).step()) return std::nullopt;
    return read_account(row);
  };
  co_return co_await readers_.read(job);
}

Task<std::optional<Account>> SqliteCatalog::change_account(AccountId id,
                                                           const AccountPatch& patch) {
  auto job = [&](SqliteDatabase& database) { return change(database, id, patch); };
  co_return co_await writer_.write(job);
}

Task<bool> SqliteCatalog::remove_account(AccountId id) {
  auto job = [&](SqliteDatabase& database) { return remove(database, id); };
  co_return co_await writer_.write(job);
}

Task<AccountPage> SqliteCatalog::list_accounts(std::optional<AccountId> after, std::size_t max) {
  auto job = [&](SqliteDatabase& database) {
    AccountPage page;
    auto rows = database.query("SELECT " TAPEDECK_ACCOUNT_COLUMNS
                               " FROM accounts a WHERE a.id > ? ORDER BY a.id LIMIT ?");
    if (after) {
      rows.bind(*after, limit_of(max));
    } else {
      rows.bind_bytes("").bind(limit_of(max));  // no bytes sort before any id
    }
    while (rows.step()) {
      if (page.accounts.size() == max) {
        if (max > 0) page.next = page.accounts.back().id;
        break;
      }
      page.accounts.push_back(read_account(rows));
    }
    return page;
  };
  co_return co_await readers_.read(job);
}

}  // namespace tapedeck
