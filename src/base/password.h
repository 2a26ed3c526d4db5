// Password hashes: argon2id (RFC 9106) in the PHC string form, through libsodium.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tapedeck {

/// The cost of one hash. Each one in progress holds `memory_bytes`.
struct PasswordCost {
  std::size_t memory_bytes = 64 * 1024 * 1024;
  unsigned passes = 3;
};

/// Blocks for about a tenth of a second: call it on a pool of few threads. The result holds its
/// salt and cost, and may be stored.
std::string hash_password(std::string_view password, PasswordCost cost);

/// Blocks as long. False for a wrong password and for a malformed hash.
bool password_matches(const std::string& phc, std::string_view password);

/// True when `phc` was made with another cost and should be made again at the next sign-in.
bool password_needs_rehash(const std::string& phc, PasswordCost cost);

}  // namespace tapedeck
