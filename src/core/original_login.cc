// The original server's login, for its phone apps: Accounts continued.
#include "base/error.h"
#include "core/accounts.h"
#include "core/accounts_inside.h"
#include "core/text.h"
#include "core/token_text.h"

namespace tapedeck {

namespace {

constexpr std::size_t original_word_bytes_max = 200;
constexpr std::size_t username_bytes_max = 180;  // leaves room for a suffix
constexpr int name_attempts_max = 20;

void check_word(std::string_view word, const char* name) {
  if (!word.empty() && word.size() <= original_word_bytes_max && is_utf8(word) &&
      clean_line(word, original_word_bytes_max) == word) {
    return;
  }
  throw Error(Fault::invalid,
              std::string(name) + " must have 1 to 200 bytes of UTF-8 and no control characters.");
}

}  // namespace

Task<std::optional<Caller>> Accounts::identify_original(std::string_view user_id,
                                                        std::string_view auth_key) {
  auto& in = *inside_;
  auto found = co_await in.catalog.find_credential(secret_hash_of(auth_key));
  if (!found || found->token.kind != TokenKind::original || found->token.name != user_id ||
      found->account.state != AccountState::active || !in.works(found->token, found->account)) {
    co_return std::nullopt;
  }
  co_await in.note_use(found->token);
  co_return caller_of(*found);
}

namespace {

/// Throws invalid.
Identity original_identity(const std::string& social_type, const std::string& social_id) {
  check_word(social_type, "social_type");
  check_word(social_id, "social_id");
  // Two types and ids can make one text ("a_b"+"c", "a"+"b_c"): the identity tells them apart.
  return {"original:" + social_type, social_id};
}

}  // namespace

Task<Account> Accounts::find_or_add_original(const std::string& social_type,
                                             const std::string& social_id) {
  auto& in = *inside_;
  auto identity = original_identity(social_type, social_id);
  auto account = co_await in.catalog.find_account_by_identity(identity);
  for (int attempt = 0; !account; ++attempt) {
    if (attempt == name_attempts_max) {
      throw Error(Fault::unavailable, "no free username found for an original login");
    }
    auto name = clean_line(social_type + "_" + social_id, username_bytes_max);
    if (attempt > 0) name += "-" + make_original_key(in.env).substr(0, 5);
    NewAccount added;
    added.account = in.new_account(checked_username(name));
    added.identity = identity;
    auto outcome = co_await in.catalog.add_account(added);
    if (outcome == AddAccount::added) account = added.account;
    // Somebody else's first login of this identity won: it is their account that we enter.
    if (outcome != AddAccount::identity_taken) continue;
    account = co_await in.catalog.find_account_by_identity(identity);
  }
  co_return std::move(*account);
}

Task<IssuedToken> Accounts::sign_in_original(std::string social_type, std::string social_id) {
  auto& in = *inside_;
  auto identity = original_identity(social_type, social_id);
  auto known = co_await in.catalog.find_account_by_identity(identity);
  if (!known && in.options.signup != SignupMode::open) {
    throw Error(Fault::forbidden, "Nobody new can sign up here this way: ask the administrator.");
  }
  auto account = co_await find_or_add_original(social_type, social_id);
  if (account.state != AccountState::active) {
    throw Error(Fault::forbidden, "This account is closed or disabled: ask the administrator.");
  }
  NewToken wanted;
  wanted.name = social_type + "_" + social_id;
  wanted.scopes.add(Scope::read).add(Scope::write);
  auto issued = co_await in.issue(account, TokenKind::original, wanted);
  co_await in.drop_oldest(account.id, TokenKind::original, in.options.original_keys_max);
  co_return issued;
}

}  // namespace tapedeck
