#include "core/signer.h"

#include <array>

#include "base/digest.h"
#include "base/encoding.h"

namespace tapedeck {

namespace {

constexpr std::size_t signature_bytes = 16;
constexpr std::string_view playback_purpose = "playback";

/// HMAC over the purpose's length, the purpose and the message: no two pairs are alike.
std::string make_signature(const std::string& secret, std::string_view purpose, ByteView message) {
  auto signed_bytes = std::to_string(purpose.size()) + ":";
  signed_bytes += purpose;
  signed_bytes += message;
  return std::string(view_of(hmac_sha256(secret, signed_bytes)).substr(0, signature_bytes));
}

// What a playback capability holds. Given out; a change makes URLs in use invalid.
//   "play" 4, account 16, recording 16, expires_at 8 (big-endian milliseconds), download 1
// The text is 82 characters: a run of letters that long is what the log takes for a capability.
constexpr std::string_view grant_mark = "play";
constexpr std::size_t id_bytes = 16;
constexpr std::size_t time_bytes = 8;
constexpr std::size_t grant_bytes = grant_mark.size() + 2 * id_bytes + time_bytes + 1;

std::string pack(const PlaybackGrant& grant) {
  std::string packed(grant_mark);
  packed += grant.account.view();
  packed += grant.recording.view();
  auto millis = static_cast<std::uint64_t>(grant.expires_at.time_since_epoch().count());
  for (int shift = 56; shift >= 0; shift -= 8) packed += static_cast<char>(millis >> shift & 0xFF);
  packed += grant.download ? '\1' : '\0';
  return packed;
}

std::optional<PlaybackGrant> unpack(std::string_view packed) {
  if (packed.size() != grant_bytes || !packed.starts_with(grant_mark)) return std::nullopt;
  packed.remove_prefix(grant_mark.size());
  auto account = AccountId::from_bytes(packed.substr(0, id_bytes));
  auto recording = RecordingId::from_bytes(packed.substr(id_bytes, id_bytes));
  if (!account || !recording) return std::nullopt;
  std::uint64_t millis = 0;
  for (char c : packed.substr(2 * id_bytes, time_bytes)) {
    millis = millis << 8 | static_cast<unsigned char>(c);
  }
  auto expires_at = Time(Millis(static_cast<std::int64_t>(millis)));
  return PlaybackGrant{*account, *recording, expires_at, packed.back() == '\1'};
}

}  // namespace

std::string Signer::sign(std::string_view purpose, ByteView message) const {
  return to_base64url(std::string(message) + make_signature(secret_, purpose, message));
}

std::optional<std::string> Signer::verify(std::string_view purpose, std::string_view text) const {
  auto bytes = parse_base64url(text);
  if (!bytes || bytes->size() < signature_bytes) return std::nullopt;
  // Two texts may decode to the same bytes (the last character's spare bits); only one is ours.
  if (to_base64url(*bytes) != text) return std::nullopt;
  auto message = bytes->substr(0, bytes->size() - signature_bytes);
  auto signature = ByteView(*bytes).substr(message.size());
  if (!equal_in_constant_time(signature, make_signature(secret_, purpose, message))) {
    return std::nullopt;
  }
  return message;
}

std::string sign_playback(const Signer& signer, const PlaybackGrant& grant) {
  return signer.sign(playback_purpose, pack(grant));
}

std::optional<PlaybackGrant> verify_playback(const Signer& signer, std::string_view capability) {
  auto packed = signer.verify(playback_purpose, capability);
  if (!packed) return std::nullopt;
  return unpack(*packed);
}

}  // namespace tapedeck
