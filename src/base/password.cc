#include "base/password.h"

#include <array>

#include <sodium.h>

#include "base/check.h"
#include "base/error.h"

namespace tapedeck {

std::string hash_password(std::string_view password, PasswordCost cost) {
  MUST(sodium_init() >= 0);
  std::array<char, crypto_pwhash_STRBYTES> phc;
  int failed = crypto_pwhash_str_alg(phc.data(), password.data(), password.size(), cost.passes,
                                     cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13);
  if (failed != 0) throw Error(Fault::unavailable, "no memory to hash a password");
  return phc.data();
}

bool password_matches(const std::string& phc, std::string_view password) {
  MUST(sodium_init() >= 0);
  return crypto_pwhash_str_verify(phc.c_str(), password.data(), password.size()) == 0;
}

bool password_needs_rehash(const std::string& phc, PasswordCost cost) {
  return crypto_pwhash_str_needs_rehash(phc.c_str(), cost.passes, cost.memory_bytes) != 0;
}

}  // namespace tapedeck
