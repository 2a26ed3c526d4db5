// Caller: who asks, as identify() found out.
#pragma once

#include <optional>
#include <string>

#include "core/account.h"

namespace tapedeck {

/// A verified account with what its token allows.
struct Caller {
  AccountId account;
  std::string username;
  bool admin = false;  // the account is an admin's AND the token has the admin scope
  Scopes scopes;
  std::optional<TokenId> token;             // nothing on the admin's local socket
  std::optional<Sha256Digest> secret_hash;  // of that token
  TokenLimits limits;
  TokenKind kind = TokenKind::session;
  bool has_quota = true;  // false: what the account holds need not be asked before it takes more
};

/// What `write` allows includes what `capture` does; `admin` also asks for an admin's account.
bool allows(const Caller& caller, Scope scope);

/// Throws Error{forbidden} naming the missing scope.
void require(const Caller& caller, Scope scope);

}  // namespace tapedeck
