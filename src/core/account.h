// Accounts, identities, tokens and invitations: plain values, as the catalog stores them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/time.h"
#include "core/id.h"

namespace tapedeck {

/// Stored. Do not renumber.
enum class AccountState : std::uint8_t {
  active = 1,
  disabled = 2,  // by an admin; signs in and plays nothing, loses nothing
  closing = 3,   // deleted by its owner; the Sweeper removes what it holds, then the row
};

struct Account {
  AccountId id;
  std::string username;       // as chosen; unique by fold_username()
  std::string password_hash;  // PHC; empty: no password (signed in by an identity)
  AccountState state = AccountState::active;
  bool admin = false;
  Time created_at;
  std::uint32_t session_epoch = 0;  // sessions of an earlier epoch are signed out

  std::optional<ByteCount> quota_bytes;  // nothing: no limit
  ByteCount used_bytes = 0;              // the sum of what the account's recordings hold
  ByteCount reserved_bytes = 0;          // promised to open uploads beyond what they hold
};

/// What an admin or the owner changes; absent members stay.
struct AccountPatch {
  std::optional<std::string> password_hash;
  std::optional<AccountState> state;
  std::optional<bool> admin;
  std::optional<std::optional<ByteCount>> quota_bytes;
  bool next_session_epoch = false;  // signs out every session
};

/// An external name of an account: an issuer and its subject, never an e-mail address.
struct Identity {
  std::string issuer;   // "original:kakao", or an OIDC issuer
  std::string subject;  // opaque
  /// SHA-256 over both, each with its length, so that no two pairs are alike.
  Sha256Digest key() const;
};

/// Stored. Do not renumber.
enum class TokenKind : std::uint8_t {
  session = 1,   // td_s_: from a sign-in
  personal = 2,  // td_p_: named, made by the owner
  original = 3,  // 64 letters and digits: for the original server's phone apps
};

/// What a token may do; a set of bits. Stored. Do not renumber.
enum class Scope : std::uint8_t { capture = 1, read = 2, write = 4, admin = 8 };

/// `read` lists and plays; `write` creates, appends, changes and deletes; `capture` only creates
/// and appends; `admin` manages accounts (and the account must be an admin's).
struct Scopes {
  std::uint8_t bits = 0;
  bool has(Scope scope) const { return (bits & static_cast<std::uint8_t>(scope)) != 0; }
  Scopes& add(Scope scope) {
    bits = static_cast<std::uint8_t>(bits | static_cast<std::uint8_t>(scope));
    return *this;
  }
  bool operator==(const Scopes&) const = default;
};

/// What a token may take, beside the server's own limits; nothing: no limit of its own.
struct TokenLimits {
  std::optional<ByteCount> recording_bytes_max;  // of each recording
  std::optional<Millis> recording_time_max;      // from its first byte to its last append
  std::optional<std::uint32_t> live_max;         // recordings that are live at one time
  bool operator==(const TokenLimits&) const = default;
};

struct Token {
  TokenId id;
  AccountId account;
  TokenKind kind = TokenKind::session;
  Sha256Digest secret_hash;  // of the whole text; the text itself is never stored
  std::string name;          // shown in lists; for `original`, the user_id it was given for
  Scopes scopes;
  TokenLimits limits;
  std::uint32_t session_epoch = 0;  // of the account when it was made; only sessions compare it
  Time created_at;
  std::optional<Time> expires_at;
  Time last_used_at;  // to the hour or so
};

/// A one-time right to sign up.
struct Invitation {
  Sha256Digest secret_hash;
  bool admin = false;  // the account will be an admin's
  Time created_at;
  Time expires_at;
};

}  // namespace tapedeck
