// Accounts: the rules of sign-up, sign-in, tokens and invitations.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/env.h"
#include "base/password.h"
#include "base/pool.h"
#include "core/account.h"
#include "core/caller.h"
#include "core/catalog.h"

namespace tapedeck {

/// Who may sign up: anybody, those with an invitation, or nobody but an admin with an invitation
/// for one (the setup link of the first start is such an invitation, and works in every mode).
enum class SignupMode { open, invite, closed };

/// A token's text, shown once: it cannot be read again.
struct IssuedToken {
  Token token;
  std::string text;
};

struct NewToken {
  std::string name;
  Scopes scopes;
  std::optional<Millis> lifetime;  // nothing: no expiry
  TokenLimits limits;              // on what is recorded with it
};

/// Safe for concurrent use. Owns nothing it is given; holds the failed sign-in counters of this
/// process.
class Accounts {
 public:
  struct Options {
    SignupMode signup = SignupMode::open;
    std::optional<ByteCount> quota_bytes;  // of a new account
    PasswordCost password_cost;
    std::size_t password_chars_min = 8;
    std::size_t password_bytes_max = 1024;
    std::size_t passwords_waiting_max =
        64;                          // hashes queued or running; more are refused as limited
    std::size_t tokens_max = 200;    // an account's personal tokens
    std::size_t sessions_max = 100;  // of one account; the newest stay
    Millis session_lifetime = std::chrono::days(30);  // slides; signed out after that much silence
    Millis session_lifetime_max = std::chrono::days(180);
    Millis invitation_lifetime = std::chrono::days(7);
    std::uint32_t sign_in_failures_max = 10;           // of a username in a row; then one more each
    Millis sign_in_window = std::chrono::minutes(15);  // (window / failures_max)
    std::size_t sign_in_names_max = 100'000;  // usernames with failures that are remembered
    std::size_t original_keys_max = 20;       // of one account; the newest stay valid
  };

  Accounts(Catalog& catalog, Pool& password_pool, Env& env, Options options);
  ~Accounts();

  /// A new account and its first session. `invitation` is the text of one, or empty. A username has
  /// 1 to 200 bytes of UTF-8 without control characters; space around it is dropped.
  /// Throws invalid (username, password), forbidden (sign-up mode, invitation), conflict (name
  /// taken), limited (too many passwords wait to be hashed).
  Task<std::pair<Account, IssuedToken>> sign_up(std::string username, std::string password,
                                                std::string invitation);
  /// A session. Throws unauthenticated for a wrong name or password, in the same words and time;
  /// limited after too many failures (for unknown names too); forbidden for a disabled account, but
  /// only to who knows its password.
  Task<std::pair<Account, IssuedToken>> sign_in(std::string username, std::string password);
  /// The account without sign-up rules; for an admin's hand. Throws as sign_up.
  Task<Account> add_account(std::string username, std::string password, bool admin,
                            std::optional<ByteCount> quota_bytes);

  /// Who a bearer token is. Throws unauthenticated, saying whether it is malformed, unknown,
  /// expired or of a disabled account. A malformed one never reaches the catalog. The time of use
  /// is noted about once an hour; that it cannot be is not an error.
  Task<Caller> identify(std::string_view token_text);
  /// The original's `Authorization: <user_id> <auth_key>`; nothing for an unknown pair.
  Task<std::optional<Caller>> identify_original(std::string_view user_id,
                                                std::string_view auth_key);
  /// The original's unverified login: finds or makes the account of (type, id) and mints a new key,
  /// of which the newest original_keys_max stay valid. Throws forbidden when the sign-up mode lets
  /// nobody new in.
  Task<IssuedToken> sign_in_original(std::string social_type, std::string social_id);
  /// The account of (type, id), for importing; it is made when there is none, whoever may sign up.
  /// Throws invalid for what no login could have.
  Task<Account> find_or_add_original(const std::string& social_type, const std::string& social_id);

  /// Whether the token of an account may be used, also for `grace` after it expired.
  bool works(const Credential& credential, Millis grace) const;

  Task<Account> find(AccountId id);  // throws not_found
  /// That this is the account's password. Nothing is asked of an account that has none (it signs in
  /// by an identity). Throws forbidden, or limited after too many failures.
  Task<void> check_password(AccountId id, std::string password);
  /// Checks the old one as check_password does, and signs out every session but `keep`.
  Task<void> change_password(AccountId id, std::string old_password, std::string new_password,
                             std::optional<TokenId> keep = std::nullopt);
  /// An admin's reset: signs out every session.
  Task<void> set_password(AccountId id, std::string new_password);
  /// The owner's deletion: nobody can use it from now on; the Sweeper removes what it holds.
  Task<void> close(AccountId id);

  /// A personal token: it never has more scopes than the caller, and does not outlive a personal
  /// token that makes it. Throws forbidden, invalid, conflict (tokens_max).
  Task<IssuedToken> add_token(const Caller& caller, NewToken wanted);
  /// Those that still work, newest first; a session's expires_at is where it slides to next.
  Task<std::vector<Token>> list_tokens(AccountId account);
  Task<void> remove_token(AccountId account, TokenId id);  // throws not_found
  Task<void> sign_out_everywhere(AccountId account);       // every session, not the personal tokens

  /// The text of a new invitation.
  Task<std::string> invite(bool admin);
  /// True when there is no account at all: the first start.
  Task<bool> is_new();

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

/// "td_s_", "td_p_", "td_i_" or "td_u_" + 43 base-62 digits of 256 random bits + 6 of the CRC-32 of
/// all before them; see docs/data.md. A typo makes it malformed.
bool is_well_formed_token(std::string_view text);

}  // namespace tapedeck
