// Tokens and invitations: Accounts continued.
#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "core/accounts.h"
#include "core/accounts_inside.h"
#include "core/text.h"
#include "core/token_text.h"

namespace tapedeck {

namespace {

constexpr Millis use_noted_every = std::chrono::hours(1);
constexpr std::size_t token_name_bytes_max = 100;
constexpr Millis token_lifetime_max = std::chrono::years(100);

Error unauthenticated(const char* detail) {
  return {Fault::unauthenticated, detail};
}

Scopes session_scopes(const Account& account) {
  Scopes scopes;
  scopes.add(Scope::read).add(Scope::write);
  if (account.admin) scopes.add(Scope::admin);
  return scopes;
}

/// Throws what is wrong with the wish.
void check_wanted(const Caller& caller, const NewToken& wanted) {
  if (wanted.name.empty()) throw Error(Fault::invalid, "Give the token a name.");
  if (wanted.scopes == Scopes{}) {
    throw Error(Fault::invalid,
                "Give the token at least one scope: capture, read, write or admin.");
  }
  if (wanted.lifetime && (*wanted.lifetime <= Millis(0) || *wanted.lifetime > token_lifetime_max)) {
    throw Error(Fault::invalid, "A token lives for more than nothing and at most 100 years.");
  }
  for (auto scope : {Scope::capture, Scope::read, Scope::write, Scope::admin}) {
    if (wanted.scopes.has(scope)) require(caller, scope);
  }
  const auto& limits = wanted.limits;
  if (limits.recording_bytes_max == ByteCount{0} || limits.live_max == 0u ||
      (limits.recording_time_max && *limits.recording_time_max <= Millis(0))) {
    throw Error(Fault::invalid, "A token's limits are numbers above 0.");
  }
}

/// Removes the mark that a token's use is being noted.
struct Touching {
  std::mutex& mutex;
  std::set<TokenId>& tokens;
  TokenId token;
  ~Touching() {
    std::lock_guard lock(mutex);
    tokens.erase(token);
  }
};

}  // namespace

Caller caller_of(const Credential& credential) {
  const auto& [token, account] = credential;
  Caller caller;
  caller.account = account.id;
  caller.username = account.username;
  caller.admin = account.admin && token.scopes.has(Scope::admin);
  caller.token = token.id;
  caller.secret_hash = token.secret_hash;
  caller.limits = token.limits;
  caller.kind = token.kind;
  caller.has_quota = account.quota_bytes.has_value();
  for (auto scope : {Scope::capture, Scope::read, Scope::write}) {
    if (token.scopes.has(scope)) caller.scopes.add(scope);
  }
  if (caller.admin) caller.scopes.add(Scope::admin);
  return caller;
}

std::optional<Time> Accounts::Inside::expiry_of(const Token& token) const {
  if (token.kind != TokenKind::session) return token.expires_at;
  // A session's row keeps the hard end; the sliding one follows from its last use, which is noted
  // only every so often: the silence is counted from the end of that.
  auto slides_to = token.last_used_at + options.session_lifetime + use_noted_every;
  return token.expires_at ? std::min(slides_to, *token.expires_at) : slides_to;
}

bool Accounts::Inside::works(const Token& token, const Account& account, Millis grace) const {
  auto expiry = expiry_of(token);
  if (expiry && *expiry + grace <= env.now()) return false;
  return token.kind != TokenKind::session || token.session_epoch == account.session_epoch;
}

Task<void> Accounts::Inside::note_use(const Token& token) {
  auto now = env.now();
  if (now < token.last_used_at + use_noted_every) co_return;
  {
    std::lock_guard lock(mutex);
    if (!touching.insert(token.id).second) co_return;
  }
  Touching mark{mutex, touching, token.id};
  try {
    co_await catalog.touch_token(token.account, token.id, now);
  } catch (const Error&) {
    // A full disk must not sign anybody out; the next use tries again.
  }
}

Task<IssuedToken> Accounts::Inside::issue(const Account& account, TokenKind kind, NewToken wanted) {
  IssuedToken issued;
  auto& token = issued.token;
  token.id = TokenId::make(env);
  token.account = account.id;
  token.kind = kind;
  token.name = std::move(wanted.name);
  token.scopes = wanted.scopes;
  token.limits = wanted.limits;
  token.session_epoch = account.session_epoch;
  token.created_at = env.now();
  token.last_used_at = token.created_at;
  if (wanted.lifetime) token.expires_at = token.created_at + *wanted.lifetime;
  switch (kind) {
    case TokenKind::session:
      issued.text = make_token_text(session_prefix, env);
      break;
    case TokenKind::personal:
      issued.text = make_token_text(personal_prefix, env);
      break;
    case TokenKind::original:
      issued.text = make_original_key(env);
      break;
  }
  token.secret_hash = secret_hash_of(issued.text);
  co_await catalog.add_token(token);
  token.expires_at = expiry_of(token);
  co_return issued;
}

Task<IssuedToken> Accounts::Inside::issue_session(const Account& account) {
  co_await drop_oldest(account.id, TokenKind::session, options.sessions_max - 1);
  NewToken wanted;
  wanted.scopes = session_scopes(account);
  wanted.lifetime = options.session_lifetime_max;
  co_return co_await issue(account, TokenKind::session, wanted);
}

Task<void> Accounts::Inside::drop_oldest(AccountId account, TokenKind kind, std::size_t kept) {
  auto tokens = co_await catalog.list_tokens(account);
  std::size_t seen = 0;
  for (const auto& token : tokens) {
    if (token.kind != kind || ++seen <= kept) continue;
    co_await catalog.remove_token(account, token.id);
  }
}

Task<Caller> Accounts::identify(std::string_view token_text) {
  auto& in = *inside_;
  if (!is_well_formed_token(token_text)) {
    throw unauthenticated("This is not a token of this server: check that it was copied whole.");
  }
  auto found = co_await in.catalog.find_credential(secret_hash_of(token_text));
  if (!found || found->token.kind == TokenKind::original ||
      found->account.state == AccountState::closing) {
    throw unauthenticated("This token is unknown or was revoked: sign in again.");
  }
  if (found->account.state != AccountState::active) {
    throw unauthenticated("This account is disabled: ask the administrator.");
  }
  if (!in.works(found->token, found->account)) {
    throw unauthenticated("This token has expired or was signed out: sign in again.");
  }
  co_await in.note_use(found->token);
  co_return caller_of(*found);
}

bool Accounts::works(const Credential& credential, Millis grace) const {
  return credential.account.state == AccountState::active &&
         inside_->works(credential.token, credential.account, grace);
}

Task<IssuedToken> Accounts::add_token(const Caller& caller, NewToken wanted) {
  auto& in = *inside_;
  wanted.name = clean_line(wanted.name, token_name_bytes_max);
  check_wanted(caller, wanted);
  auto account = co_await in.find(caller.account);
  if (account.state != AccountState::active) {
    throw Error(Fault::forbidden, "This account is closed or disabled.");
  }
  auto tokens = co_await in.catalog.list_tokens(account.id);
  auto now = in.env.now();
  std::size_t personal = 0;
  for (const auto& token : tokens) {
    if (token.kind == TokenKind::personal && in.works(token, account)) ++personal;
    bool is_maker = caller.token == token.id && token.kind != TokenKind::session;
    if (!is_maker || !token.expires_at) continue;
    auto left = std::max(*token.expires_at - now, Millis(1));
    wanted.lifetime = std::min(wanted.lifetime.value_or(left), left);
  }
  if (personal >= in.options.tokens_max) {
    throw Error(Fault::conflict, fmt::format("This account has {} tokens: delete one first.",
                                             in.options.tokens_max));
  }
  co_return co_await in.issue(account, TokenKind::personal, wanted);
}

Task<std::vector<Token>> Accounts::list_tokens(AccountId account) {
  auto& in = *inside_;
  auto owner = co_await in.find(account);
  auto tokens = co_await in.catalog.list_tokens(account);
  auto is_over = [&](const Token& token) { return !in.works(token, owner); };
  std::erase_if(tokens, is_over);
  for (auto& token : tokens) token.expires_at = in.expiry_of(token);
  co_return tokens;
}

Task<void> Accounts::remove_token(AccountId account, TokenId id) {
  auto removed = co_await inside_->catalog.remove_token(account, id);
  if (!removed) throw Error(Fault::not_found, "There is no such token.");
}

Task<void> Accounts::sign_out_everywhere(AccountId account) {
  AccountPatch patch;
  patch.next_session_epoch = true;
  co_await inside_->change(account, patch);
}

Task<std::string> Accounts::invite(bool admin) {
  auto& in = *inside_;
  auto text = make_token_text(invitation_prefix, in.env);
  Invitation invitation;
  invitation.secret_hash = secret_hash_of(text);
  invitation.admin = admin;
  invitation.created_at = in.env.now();
  invitation.expires_at = invitation.created_at + in.options.invitation_lifetime;
  co_await in.catalog.add_invitation(invitation);
  co_return text;
}

}  // namespace tapedeck
