// The identifiers of the product.
#pragma once

#include "base/id.h"

namespace tapedeck {

using AccountId = Id<struct AccountTag>;
using RecordingId = Id<struct RecordingTag>;
using TokenId = Id<struct TokenTag>;

/// Names one immutable blob. The owner is in the key, so that the bytes can be attributed, and the
/// fact that names them found, from the key alone. Never reused: `piece` is fresh for every put.
struct BlobKey {
  AccountId account;
  RecordingId recording;
  Ulid piece;  // its time is when the put began

  /// "ACCOUNT/RECORDING/PIECE"
  std::string text() const;
  static std::optional<BlobKey> parse(std::string_view text);
  auto operator<=>(const BlobKey&) const = default;
};

}  // namespace tapedeck
