// The texts of tokens: what they look like, and how new ones are drawn.
#pragma once

#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/env.h"

namespace tapedeck {

inline constexpr std::string_view session_prefix = "td_s_";
inline constexpr std::string_view personal_prefix = "td_p_";
inline constexpr std::string_view invitation_prefix = "td_i_";
inline constexpr std::string_view upload_prefix = "td_u_";

/// A fresh text with one of the prefixes: 256 random bits and a checksum against typos.
std::string make_token_text(std::string_view prefix, Env& env);

/// 64 letters and digits from the CSPRNG: what the original server's apps store as their auth_key.
std::string make_original_key(Env& env);

/// What the catalog keeps instead of a text. Plain SHA-256 is enough: the texts are random.
inline Sha256Digest secret_hash_of(std::string_view text) {
  return sha256_of(text);
}

}  // namespace tapedeck
