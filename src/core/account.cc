#include "core/account.h"

#include <fmt/format.h>

namespace tapedeck {

Sha256Digest Identity::key() const {
  return sha256_of(fmt::format("{}:{} {}:{}", issuer.size(), issuer, subject.size(), subject));
}

}  // namespace tapedeck
