// Accounts, and the names that lead to them.
#include <map>

#include "store/dynamo_catalog.h"
#include "store/dynamo_keys.h"
#include "store/facts.h"

namespace tapedeck {

namespace {

constexpr Millis roll_patience = std::chrono::hours(24);
/// What is open for longer is looked at each time; nothing else depends on it.
constexpr Millis hold_patience = std::chrono::hours(24);
/// How long the maker of a claim may take until somebody else's wish for it ends that.
constexpr int looks_max = 8;
constexpr Millis look_pause{250};

bool is_there(const std::optional<DynamoAccount>& account) {
  return account && !account->leaving;
}

DynamoUpdate update_for(const DynamoAccount& before, const AccountPatch& patch, std::string rev) {
  DynamoUpdate update{account_key(before.account.id), "SET #rev = :rev", {}};
  auto& [text, values, id] = update.condition;
  text = "attribute_exists(#holds) AND attribute_not_exists(#leaving) AND ";
  text += before.rev.empty() ? "attribute_not_exists(#rev)" : "#rev = :old_rev";
  values.set_text("rev", rev);
  values.set_text("old_rev", before.rev);
  std::string removed;
  if (patch.state) {
    update.change += ", #state = :state";
    values.set_count("state", static_cast<std::uint64_t>(*patch.state));
  }
  if (patch.password_hash && !patch.password_hash->empty()) {
    update.change += ", #password_hash = :password_hash";
    values.set_text("password_hash", *patch.password_hash);
  } else if (patch.password_hash) {
    removed += ", #password_hash";
  }
  if (patch.admin && *patch.admin) {
    update.change += ", #admin = :admin";
    values.set_flag("admin", true);
  } else if (patch.admin) {
    removed += ", #admin";
  }
  if (patch.quota_bytes && *patch.quota_bytes) {
    update.change += ", #quota_bytes = :quota_bytes";
    values.set_count("quota_bytes", **patch.quota_bytes);
  } else if (patch.quota_bytes) {
    removed += ", #quota_bytes";
  }
  if (patch.next_session_epoch) {
    update.change += ", #session_epoch = :next";
    values.set_count("next", before.account.session_epoch + std::uint64_t{1});
  }
  if (!removed.empty()) update.change += " REMOVE " + removed.substr(2);
  return update;
}

}  // namespace

DynamoCatalog::DynamoCatalog(DynamoClient& client, Env& env, Options options)
    : client_(client),
      env_(env),
      options_(options),
      agenda_(client, env),
      store_(client, agenda_, env) {}

/// What stands where an account was, or will never be, until late writes of it cannot come any
/// more.
Task<DynamoItem> DynamoCatalog::make_void(AccountId account) {
  auto key = account_key(account);
  auto now = env_.now();
  co_await agenda_.add(Agenda::tombstones, key, now);
  DynamoItem item(key);
  item.set_flag("gone", true);
  item.set_time("changed_at", now);
  co_return item;
}

/// Instead of erasing what was made on the condition that there was none: a late try of that could
/// bring it back. Whatever the agenda has on it erases it in the end.
Task<bool> DynamoCatalog::mark_gone(const DynamoKey& key) {
  DynamoUpdate update{key, "SET #gone = :gone", {}};
  update.condition.text = "attribute_exists(PK) AND attribute_not_exists(#gone)";
  update.condition.values.set_flag("gone", true);
  auto written = co_await client_.update(update);
  co_return written != Written::refused;
}

// ---- coming to be ------------------------------------------------------------------------------

/// Whether the account that claimed something came to be. It may be on the way: after a while
/// something is put in its way, so that the answer stays true.
Task<bool> DynamoCatalog::has_come_to_be(AccountId account) {
  auto key = account_key(account);
  for (int look = 0; look < looks_max; ++look) {
    auto item = co_await client_.find(key);
    if (item) {
      auto row = read_account(*item);
      co_return is_there(row);
    }
    co_await env_.sleep(look_pause);
  }
  auto in_its_way = co_await make_void(account);
  DynamoExpression if_absent{"attribute_not_exists(PK)"};
  auto written = co_await client_.put_if(in_its_way, if_absent);
  if (written == Written::done) co_return false;
  auto found = co_await store_.find_account(account);
  co_return is_there(found);
}

/// True: the name or identity is this account's, if that comes to be.
Task<bool> DynamoCatalog::claim_name(const DynamoKey& key, AccountId account) {
  for (DynamoAttempts attempts(env_);;) {
    co_await attempts.next();
    auto found = co_await client_.find(key);
    DynamoExpression condition{"attribute_not_exists(PK)"};
    if (found) {
      auto owner = found->id<AccountId>("account");
      if (owner == account) co_return true;
      auto is_taken = co_await has_come_to_be(owner);
      if (is_taken) co_return false;
      condition.text = "#rev = :rev";
      condition.values.set_text("rev", found->text("rev"));
    }
    DynamoItem item(key);
    item.set_text("account", account.text());
    item.set_text("rev", store_.make_nonce());
    auto written = co_await client_.put_if(item, condition);
    if (written == Written::done) co_return true;
  }
}

Task<void> DynamoCatalog::release_name(const DynamoKey& key, AccountId account) {
  DynamoExpression if_ours{"#account = :account"};
  if_ours.values.set_text("account", account.text());
  auto erased = co_await client_.erase_if(key, if_ours);
  static_cast<void>(erased);  // refused: it is somebody else's
}

/// True: the invitation is used up if the account comes to be.
Task<bool> DynamoCatalog::take_invitation(const Sha256Digest& secret_hash, AccountId account) {
  auto key = invitation_key(secret_hash);
  for (DynamoAttempts attempts(env_);;) {
    co_await attempts.next();
    auto found = co_await client_.find(key);
    if (!found || found->flag("gone")) co_return false;
    DynamoUpdate update{key, "SET #taken_by = :account", {"attribute_not_exists(#taken_by)"}};
    update.condition.text += " AND attribute_exists(PK)";
    if (found->has("taken_by")) {
      auto owner = found->id<AccountId>("taken_by");
      if (owner == account) co_return true;
      auto is_used = co_await has_come_to_be(owner);
      if (is_used) co_return false;
      update.condition.text = "#taken_by = :old";
      update.condition.values.set_text("old", owner.text());
    }
    update.condition.values.set_text("account", account.text());
    auto written = co_await client_.update(update);
    if (written == Written::done) co_return true;
  }
}

/// What it claims and then does not need is released by the caller.
Task<AddAccount> DynamoCatalog::claim_and_add(const NewAccount& added) {
  const auto& account = added.account;
  auto name = name_key(account.username);
  auto has_name = co_await claim_name(name, account.id);
  if (!has_name) co_return AddAccount::name_taken;
  DynamoAccount row{account};
  if (added.identity) {
    row.identity = added.identity;
    auto identity = identity_key(added.identity->key());
    auto has_identity = co_await claim_name(identity, account.id);
    if (!has_identity) co_return AddAccount::identity_taken;
  }
  if (added.invitation) {
    auto invited = co_await take_invitation(*added.invitation, account.id);
    if (!invited) co_return AddAccount::invitation_gone;
  }
  auto item = to_item(row);
  DynamoExpression if_absent{"attribute_not_exists(PK)"};
  auto written = co_await client_.put_if(item, if_absent);
  if (written != Written::done) {
    auto found = co_await store_.find_account(account.id);
    if (!found) throw Error(Fault::unavailable, "the account took too long to come to be");
  }
  co_return AddAccount::added;
}

Task<AddAccount> DynamoCatalog::add_account(const NewAccount& added) {
  auto id = added.account.id;
  DynamoItem on_the_roll(roll_key(id));
  co_await client_.put(on_the_roll);
  auto outcome = co_await claim_and_add(added);
  if (outcome == AddAccount::added) {
    if (added.invitation) {
      auto key = invitation_key(*added.invitation);
      auto used_up = co_await mark_gone(key);
      static_cast<void>(used_up);  // refused: it is gone
    }
    co_return outcome;
  }
  auto name = name_key(added.account.username);
  co_await release_name(name, id);
  if (added.identity) {
    auto identity = identity_key(added.identity->key());
    co_await release_name(identity, id);
  }
  auto listed = on_the_roll.key();
  co_await client_.erase(listed);
  co_return outcome;
}

// ---- finding and changing ----------------------------------------------------------------------

/// What the recordings of the holds say takes the place of what is counted for them.
Task<void> DynamoCatalog::count_exactly(DynamoAccount& row) {
  auto& account = row.account;
  std::vector<DynamoKey> keys;
  for (const auto& hold : row.holds) {
    keys.push_back(recording_key(account.id, hold.recording));
    account.used_bytes -= hold.counted - hold.base;
  }
  auto held = co_await client_.find_all(keys);
  for (const auto& item : held) {
    auto found = read_recording(item);
    const auto* hold = row.find_hold(found.recording.id);
    bool is_adopted = hold != nullptr && found.hold == hold->founding;
    if (!is_adopted) continue;  // nothing came of this hold, or not yet: what was before counts
    account.used_bytes -= hold->base;
    if (found.gone) continue;
    account.used_bytes += found.recording.size;
    account.reserved_bytes += found.recording.reserved_bytes;
  }
}

Task<std::optional<Account>> DynamoCatalog::find_account(AccountId id) {
  auto row = co_await store_.find_account(id);
  if (!is_there(row)) co_return std::nullopt;
  co_await count_exactly(*row);
  co_return std::move(row->account);
}

Task<std::optional<Account>> DynamoCatalog::find_named(const DynamoKey& key) {
  auto claimed = co_await client_.find(key);
  if (!claimed) co_return std::nullopt;
  auto id = claimed->id<AccountId>("account");
  auto account = co_await find_account(id);
  co_return account;
}

Task<std::optional<Account>> DynamoCatalog::find_account_by_username(const std::string& username) {
  auto key = name_key(username);
  auto account = co_await find_named(key);
  co_return account;
}

Task<std::optional<Account>> DynamoCatalog::find_account_by_identity(const Identity& identity) {
  auto key = identity_key(identity.key());
  auto account = co_await find_named(key);
  co_return account;
}

Task<std::optional<Account>> DynamoCatalog::change_account(AccountId id,
                                                           const AccountPatch& patch) {
  std::string tried;
  for (DynamoAttempts attempts(env_);;) {
    co_await attempts.next();
    auto row = co_await store_.find_account(id);
    if (!is_there(row)) co_return std::nullopt;
    if (!tried.empty() && row->rev == tried) {  // done, by an answer that was lost
      auto account = co_await find_account(id);
      co_return account;
    }
    auto changed = row->account;
    apply(patch, changed);  // throws for what no store can keep
    tried = store_.make_nonce();
    auto update = update_for(*row, patch, tried);
    auto written = co_await client_.update(update);
    if (written != Written::done) continue;
    auto account = co_await find_account(id);
    co_return account;
  }
}

/// Those that a crash left and nobody met since: the Sweeper lists all accounts, and so meets them.
Task<void> DynamoCatalog::resolve_old_holds(std::map<AccountId, DynamoAccount>& rows) {
  auto before = env_.now() - hold_patience;
  for (auto& [id, row] : rows) {
    auto resolved = co_await store_.resolve_all(row, before);
    if (!resolved) continue;
    auto again = co_await store_.find_account(id);
    if (again) row = std::move(*again);
  }
}

Task<AccountPage> DynamoCatalog::list_accounts(std::optional<AccountId> after, std::size_t max) {
  AccountPage page;
  if (max == 0) co_return page;
  DynamoQuery roll{roll_pk, after ? after->text() + "!" : "0", "~"};
  roll.max = max;
  auto listed = co_await client_.query(roll);
  std::map<AccountId, DynamoKey> keys;
  for (const auto& entry : listed.items) {
    auto id = AccountId::parse(entry.key().sk);
    if (!id) throw Error(Fault::unavailable, "the catalog is damaged: the roll has no id");
    keys.emplace(*id, account_key(*id));
    if (!listed.next.empty()) page.next = *id;
  }
  auto rows = co_await find_rows(keys);
  co_await resolve_old_holds(rows);
  for (auto& [id, row] : rows) {
    co_await count_exactly(row);
    page.accounts.push_back(std::move(row.account));
  }
  for (const auto& [id, key] : keys) {
    if (rows.contains(id) || id.value.made_at() + roll_patience >= env_.now()) continue;
    auto entry = roll_key(id);  // it never came to be, or is gone
    co_await client_.erase(entry);
  }
  co_return page;
}

/// Those that exist, in the order of their ids; also those that are leaving, for the Sweeper.
Task<std::map<AccountId, DynamoAccount>> DynamoCatalog::find_rows(
    const std::map<AccountId, DynamoKey>& keys) {
  std::vector<DynamoKey> wanted;
  for (const auto& [id, key] : keys) wanted.push_back(key);
  auto items = co_await client_.find_all(wanted);
  std::map<AccountId, DynamoAccount> rows;
  for (const auto& item : items) {
    auto row = read_account(item);
    if (row) rows.emplace(row->account.id, std::move(*row));
  }
  co_return rows;
}

// ---- going -------------------------------------------------------------------------------------

Task<bool> DynamoCatalog::holds_recordings(AccountId account) {
  DynamoQuery any{account_key(account).pk, "!", "~"};
  any.index = "listed";
  any.max = 1;
  auto page = co_await client_.query(any);
  co_return !page.items.empty();
}

/// From then on there is no such account for anybody, and nothing can be added to it.
Task<bool> DynamoCatalog::leave(AccountId account, bool leaving) {
  DynamoUpdate update{account_key(account), "REMOVE #leaving", {"attribute_exists(#holds)"}};
  if (leaving) {
    update.change = "SET #leaving = :leaving";
    update.condition.text = "size(#holds) = :none";
    update.condition.values.set_count("none", 0);
    update.condition.values.set_flag("leaving", true);
  }
  auto written = co_await client_.update(update);
  if (written != Written::unclear) co_return written == Written::done;
  auto row = co_await store_.find_account(account);
  co_return row && row->leaving == leaving;
}

Task<void> DynamoCatalog::erase_account(const DynamoAccount& account) {
  auto id = account.account.id;
  auto pk = account_key(id).pk;
  DynamoQuery tokens{pk, token_entry_prefix, std::string(token_entry_prefix) + "~"};
  auto entries = co_await client_.query_all(tokens);
  for (const auto& entry : entries) {
    auto key = entry.key();
    auto hash = entry.digest("secret_hash");
    auto removed = co_await remove_token_item(hash);
    static_cast<void>(removed);  // refused: it is gone
    co_await client_.erase(key);
  }
  auto name = name_key(account.account.username);
  co_await release_name(name, id);
  if (account.identity) {
    auto identity = identity_key(account.identity->key());
    co_await release_name(identity, id);
  }
  // The account's own item last: it is by it that a repeat finds the rest.
  auto on_the_roll = roll_key(id);
  co_await client_.erase(on_the_roll);
  auto gone = co_await make_void(id);
  co_await client_.put(gone);
}

Task<bool> DynamoCatalog::remove_account(AccountId id) {
  auto account = co_await store_.find_account(id);
  if (!account) co_return true;
  if (!account->leaving) {
    auto holds_any = co_await holds_recordings(id);
    if (holds_any) co_return false;
    auto before = env_.now() + Millis{1};
    auto resolved = co_await store_.resolve_all(*account, before);
    static_cast<void>(resolved);  // what is left will refuse the next step
    auto left = co_await leave(id, true);
    if (!left) co_return false;
  }
  auto holds_any = co_await holds_recordings(id);
  if (holds_any) {
    auto stays = co_await leave(id, false);
    static_cast<void>(stays);
    co_return false;
  }
  co_await erase_account(*account);
  co_return true;
}

}  // namespace tapedeck
