#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "store/facts.h"
#include "store/memory_catalog.h"

namespace tapedeck {

Account* MemoryCatalog::find(AccountId id) {
  auto at = accounts_.find(id);
  return at == accounts_.end() ? nullptr : &at->second;
}

Task<AddAccount> MemoryCatalog::add_account(const NewAccount& added) {
  std::lock_guard lock(mutex_);
  const auto& account = added.account;
  MUST(!accounts_.contains(account.id));
  auto name = fold_username(account.username);
  if (usernames_.contains(name)) co_return AddAccount::name_taken;
  if (added.identity && identities_.contains(added.identity->key())) {
    co_return AddAccount::identity_taken;
  }
  if (added.invitation && invitations_.erase(*added.invitation) == 0) {
    co_return AddAccount::invitation_gone;
  }
  accounts_.emplace(account.id, account);
  usernames_.emplace(name, account.id);
  if (added.identity) identities_.emplace(added.identity->key(), account.id);
  co_return AddAccount::added;
}

Task<std::optional<Account>> MemoryCatalog::find_account(AccountId id) {
  std::lock_guard lock(mutex_);
  auto* account = find(id);
  if (account == nullptr) co_return std::nullopt;
  co_return *account;
}

Task<std::optional<Account>> MemoryCatalog::find_account_by_username(const std::string& username) {
  std::lock_guard lock(mutex_);
  auto at = usernames_.find(fold_username(username));
  if (at == usernames_.end()) co_return std::nullopt;
  co_return accounts_.at(at->second);
}

Task<std::optional<Account>> MemoryCatalog::find_account_by_identity(const Identity& identity) {
  std::lock_guard lock(mutex_);
  auto at = identities_.find(identity.key());
  if (at == identities_.end()) co_return std::nullopt;
  co_return accounts_.at(at->second);
}

Task<std::optional<Account>> MemoryCatalog::change_account(AccountId id,
                                                           const AccountPatch& patch) {
  std::lock_guard lock(mutex_);
  auto* account = find(id);
  if (account == nullptr) co_return std::nullopt;
  apply(patch, *account);
  co_return *account;
}

Task<bool> MemoryCatalog::remove_account(AccountId id) {
  std::lock_guard lock(mutex_);
  auto first = recordings_.lower_bound({id, RecordingId{}});
  if (first != recordings_.end() && first->first.first == id) co_return false;
  std::erase_if(usernames_, [&](const auto& row) { return row.second == id; });
  std::erase_if(identities_, [&](const auto& row) { return row.second == id; });
  std::erase_if(tokens_, [&](const auto& row) { return row.second.account == id; });
  std::erase_if(uploads_, [&](const auto& row) { return row.second.account == id; });
  accounts_.erase(id);
  co_return true;
}

Task<AccountPage> MemoryCatalog::list_accounts(std::optional<AccountId> after, std::size_t max) {
  std::lock_guard lock(mutex_);
  AccountPage page;
  auto at = after ? accounts_.upper_bound(*after) : accounts_.begin();
  for (; at != accounts_.end() && page.accounts.size() < max; ++at) {
    page.accounts.push_back(at->second);
  }
  if (at != accounts_.end() && !page.accounts.empty()) page.next = page.accounts.back().id;
  co_return page;
}

Task<void> MemoryCatalog::add_invitation(const Invitation& invitation) {
  std::lock_guard lock(mutex_);
  invitations_.emplace(invitation.secret_hash, invitation);
  co_return;
}

Task<std::optional<Invitation>> MemoryCatalog::find_invitation(const Sha256Digest& secret_hash) {
  std::lock_guard lock(mutex_);
  auto at = invitations_.find(secret_hash);
  if (at == invitations_.end()) co_return std::nullopt;
  co_return at->second;
}

Task<void> MemoryCatalog::add_token(const Token& token) {
  std::lock_guard lock(mutex_);
  if (find(token.account) == nullptr) throw Error(Fault::not_found, "There is no such account.");
  tokens_.emplace(token.secret_hash, token);
  co_return;
}

Task<std::optional<Credential>> MemoryCatalog::find_credential(const Sha256Digest& secret_hash) {
  std::lock_guard lock(mutex_);
  auto at = tokens_.find(secret_hash);
  if (at == tokens_.end()) co_return std::nullopt;
  Credential credential{at->second, accounts_.at(at->second.account)};
  co_return credential;
}

Task<std::vector<Token>> MemoryCatalog::list_tokens(AccountId account) {
  std::lock_guard lock(mutex_);
  std::vector<Token> tokens;
  for (const auto& [hash, token] : tokens_) {
    if (token.account == account) tokens.push_back(token);
  }
  std::sort(tokens.begin(), tokens.end(), [](const Token& a, const Token& b) {
    return std::tie(a.created_at, a.id) > std::tie(b.created_at, b.id);
  });
  co_return tokens;
}

Task<bool> MemoryCatalog::remove_token(AccountId account, TokenId id) {
  std::lock_guard lock(mutex_);
  auto removed = std::erase_if(tokens_, [&](const auto& row) {
    return row.second.account == account && row.second.id == id;
  });
  co_return removed > 0;
}

Task<void> MemoryCatalog::touch_token(AccountId account, TokenId id, Time used_at) {
  std::lock_guard lock(mutex_);
  for (auto& [hash, token] : tokens_) {
    if (token.account != account || token.id != id) continue;
    token.last_used_at = std::max(token.last_used_at, used_at);
  }
  co_return;
}

}  // namespace tapedeck
