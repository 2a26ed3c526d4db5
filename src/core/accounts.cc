// Sign-up, sign-in and passwords. Tokens are in tokens.cc.
#include "core/accounts.h"

#include "base/error.h"
#include "core/accounts_inside.h"
#include "core/text.h"
#include "core/token_text.h"

namespace tapedeck {

namespace {

constexpr std::size_t username_bytes_max = 200;

std::string_view trimmed(std::string_view text) {
  auto begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

Error wrong_credentials() {
  return {Fault::unauthenticated, "The username or the password is wrong."};
}

Error bad_invitation() {
  return {Fault::forbidden, "This invitation was used or has expired: ask for a new one."};
}

void check_added(AddAccount outcome) {
  switch (outcome) {
    case AddAccount::added:
      return;
    case AddAccount::name_taken:
      throw Error(Fault::conflict, "This username is taken: choose another one.");
    case AddAccount::identity_taken:
      throw Error(Fault::conflict, "This identity has an account: sign in with it.");
    case AddAccount::invitation_gone:
      throw bad_invitation();
  }
}

}  // namespace

std::string checked_username(std::string_view text) {
  auto name = trimmed(text);
  if (name.empty() || name.size() > username_bytes_max || !is_utf8(name) ||
      clean_line(name, username_bytes_max) != name) {
    throw Error(
        Fault::invalid,
        "A username has 1 to 200 bytes of UTF-8 and no control characters: choose another.");
  }
  return std::string(name);
}

Accounts::Inside::Inside(Catalog& catalog_port, Pool& pool, Env& environment, Options chosen)
    : catalog(catalog_port),
      env(environment),
      options(chosen),
      passwords(pool, {.cost = chosen.password_cost,
                       .chars_min = chosen.password_chars_min,
                       .bytes_max = chosen.password_bytes_max,
                       .waiting_max = chosen.passwords_waiting_max}),
      limits({.failures_max = chosen.sign_in_failures_max,
              .window = chosen.sign_in_window,
              .names_max = chosen.sign_in_names_max}) {}

Account Accounts::Inside::new_account(std::string username) const {
  Account account;
  account.id = AccountId::make(env);
  account.username = std::move(username);
  account.created_at = env.now();
  account.quota_bytes = options.quota_bytes;
  return account;
}

void Accounts::Inside::charge(const std::string& username) {
  auto wait = limits.charge(fold_username(username), env.now());
  if (!wait) return;
  Error error(Fault::limited, "Too many wrong passwords for this username: wait, then try again.");
  error.retry_after = std::chrono::ceil<std::chrono::seconds>(*wait);
  throw error;
}

Task<Account> Accounts::Inside::find(AccountId id) {
  auto account = co_await catalog.find_account(id);
  if (!account) throw Error(Fault::not_found, "There is no such account.");
  co_return std::move(*account);
}

Task<Account> Accounts::Inside::change(AccountId id, AccountPatch patch) {
  auto account = co_await catalog.change_account(id, patch);
  if (!account) throw Error(Fault::not_found, "There is no such account.");
  co_return std::move(*account);
}

Accounts::Accounts(Catalog& catalog, Pool& password_pool, Env& env, Options options)
    : inside_(std::make_unique<Inside>(catalog, password_pool, env, options)) {}

Accounts::~Accounts() = default;

Task<std::pair<Account, IssuedToken>> Accounts::sign_up(std::string username, std::string password,
                                                        std::string invitation) {
  auto& in = *inside_;
  NewAccount added;
  added.account = in.new_account(checked_username(username));
  in.passwords.check_choice(password);

  if (!invitation.empty()) {
    auto hash = secret_hash_of(invitation);
    if (!is_well_formed_token(invitation)) throw bad_invitation();
    auto found = co_await in.catalog.find_invitation(hash);
    if (!found || found->expires_at <= in.env.now()) throw bad_invitation();
    added.invitation = hash;
    added.account.admin = found->admin;
  }
  if (in.options.signup == SignupMode::invite && !added.invitation) {
    throw Error(Fault::forbidden, "Signing up needs an invitation here: ask the administrator.");
  }
  if (in.options.signup == SignupMode::closed && !added.account.admin) {
    throw Error(Fault::forbidden, "Nobody can sign up here: ask the administrator for an account.");
  }
  // Asked before the costly hash; add_account() asks again, in one step with the adding.
  auto same_name = co_await in.catalog.find_account_by_username(added.account.username);
  if (same_name) check_added(AddAccount::name_taken);

  added.account.password_hash = co_await in.passwords.hash(password);
  auto outcome = co_await in.catalog.add_account(added);
  check_added(outcome);
  auto issued = co_await in.issue_session(added.account);
  co_return std::make_pair(std::move(added.account), std::move(issued));
}

Task<std::pair<Account, IssuedToken>> Accounts::sign_in(std::string username,
                                                        std::string password) {
  auto& in = *inside_;
  if (username.size() > username_bytes_max) throw wrong_credentials();  // no account's
  in.charge(username);
  auto account = co_await in.catalog.find_account_by_username(username);
  if (account && account->state == AccountState::closing) account.reset();
  auto phc = account ? account->password_hash : std::string();
  auto match = co_await in.passwords.compare(phc, password);
  if (!match.matches) throw wrong_credentials();
  in.limits.forgive(fold_username(username));
  if (account->state == AccountState::disabled) {
    throw Error(Fault::forbidden, "This account is disabled: ask the administrator.");
  }
  if (!match.better_hash.empty()) {
    AccountPatch patch;
    patch.password_hash = match.better_hash;
    auto changed = co_await in.change(account->id, patch);
    *account = std::move(changed);
  }
  auto issued = co_await in.issue_session(*account);
  co_return std::make_pair(std::move(*account), std::move(issued));
}

Task<Account> Accounts::add_account(std::string username, std::string password, bool admin,
                                    std::optional<ByteCount> quota_bytes) {
  auto& in = *inside_;
  NewAccount added;
  added.account = in.new_account(checked_username(username));
  added.account.admin = admin;
  added.account.quota_bytes = quota_bytes;
  in.passwords.check_choice(password);
  added.account.password_hash = co_await in.passwords.hash(password);
  auto outcome = co_await in.catalog.add_account(added);
  check_added(outcome);
  co_return std::move(added.account);
}

Task<Account> Accounts::find(AccountId id) {
  co_return co_await inside_->find(id);
}

Task<void> Accounts::check_password(AccountId id, std::string password) {
  auto& in = *inside_;
  auto account = co_await in.find(id);
  if (account.password_hash.empty()) co_return;
  in.charge(account.username);
  auto match = co_await in.passwords.compare(account.password_hash, password);
  if (!match.matches) throw Error(Fault::forbidden, "The password is wrong.");
  in.limits.forgive(fold_username(account.username));
}

Task<void> Accounts::change_password(AccountId id, std::string old_password,
                                     std::string new_password, std::optional<TokenId> keep) {
  auto& in = *inside_;
  in.passwords.check_choice(new_password);
  co_await check_password(id, old_password);
  AccountPatch patch;
  patch.password_hash = co_await in.passwords.hash(new_password);
  patch.next_session_epoch = !keep.has_value();
  co_await in.change(id, patch);
  if (!keep) co_return;
  // The epoch would end the kept session too, so the others go one by one.
  auto tokens = co_await in.catalog.list_tokens(id);
  for (const auto& token : tokens) {
    if (token.kind != TokenKind::session || token.id == *keep) continue;
    co_await in.catalog.remove_token(id, token.id);
  }
}

Task<void> Accounts::set_password(AccountId id, std::string new_password) {
  auto& in = *inside_;
  in.passwords.check_choice(new_password);
  AccountPatch patch;
  patch.password_hash = co_await in.passwords.hash(new_password);
  patch.next_session_epoch = true;
  auto account = co_await in.change(id, patch);
  in.limits.forgive(fold_username(account.username));
}

Task<void> Accounts::close(AccountId id) {
  AccountPatch patch;
  patch.state = AccountState::closing;
  patch.next_session_epoch = true;
  co_await inside_->change(id, patch);
}

Task<bool> Accounts::is_new() {
  auto page = co_await inside_->catalog.list_accounts(std::nullopt, 1);
  co_return page.accounts.empty();
}

}  // namespace tapedeck
