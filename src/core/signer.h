// Signed texts: cursors and playback capabilities that the server can check without storing them.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/time.h"
#include "core/id.h"

namespace tapedeck {

/// Signs with HMAC-SHA-256 under one secret of the store. Immutable; safe for concurrent use.
class Signer {
 public:
  explicit Signer(std::string secret) : secret_(std::move(secret)) {}

  /// base64url of the message and its 16-byte signature. `purpose` separates the uses: what was
  /// signed for one does not verify for another.
  std::string sign(std::string_view purpose, ByteView message) const;
  /// The message; nothing when anything about `text` is not ours.
  std::optional<std::string> verify(std::string_view purpose, std::string_view text) const;

 private:
  std::string secret_;
};

/// The right to play one recording until a time: what a playback URL holds.
struct PlaybackGrant {
  AccountId account;
  RecordingId recording;
  Time expires_at;
  bool download = false;  // as an attachment
};

std::string sign_playback(const Signer& signer, const PlaybackGrant& grant);
/// Nothing for a forged or malformed capability. Expiry is the caller's to judge.
std::optional<PlaybackGrant> verify_playback(const Signer& signer, std::string_view capability);

}  // namespace tapedeck
