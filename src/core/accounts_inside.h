// What Accounts holds, shared by the files that implement it: accounts.cc, tokens.cc and
// original_login.cc. Nobody else includes this.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "core/accounts.h"
#include "core/passwords.h"
#include "core/sign_in_limits.h"

namespace tapedeck {

struct Accounts::Inside {
  Inside(Catalog& catalog_port, Pool& pool, Env& environment, Options chosen);

  Catalog& catalog;
  Env& env;
  const Options options;
  Passwords passwords;
  SignInLimits limits;

  std::mutex mutex;
  std::set<TokenId> touching;  // Guarded by mutex: tokens whose time of use is being written.

  /// An account as new ones are, not yet stored.
  Account new_account(std::string username) const;
  /// Throws Error{limited} when the name has to wait.
  void charge(const std::string& username);

  /// Makes and stores a token; a session or an original key beyond the account's number takes the
  /// place of the oldest.
  Task<IssuedToken> issue(const Account& account, TokenKind kind, NewToken wanted);
  Task<IssuedToken> issue_session(const Account& account);
  Task<void> drop_oldest(AccountId account, TokenKind kind, std::size_t kept);

  /// When the token stops working: a session slides.
  std::optional<Time> expiry_of(const Token& token) const;
  bool works(const Token& token, const Account& account, Millis grace = Millis(0)) const;
  /// Notes the time of use, now and then, whatever becomes of the note.
  Task<void> note_use(const Token& token);

  /// Throws not_found.
  Task<Account> find(AccountId id);
  /// Applies the patch. Throws not_found.
  Task<Account> change(AccountId id, AccountPatch patch);
};

/// A username as it is stored. Throws invalid with the rule.
std::string checked_username(std::string_view text);

Caller caller_of(const Credential& credential);

}  // namespace tapedeck
