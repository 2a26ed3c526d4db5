// Upload: the fact behind an upload's URL, as the catalog stores it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/digest.h"
#include "base/time.h"
#include "core/id.h"

namespace tapedeck {

/// A right to append to one recording, for whoever has the URL. Several may lead to one recording.
/// It ends with its recording, with the token that made it, and some time after the last append.
struct Upload {
  Sha256Digest secret_hash{};  // of the URL's last segment; the secret itself is never stored
  AccountId account;
  RecordingId recording;
  std::optional<Sha256Digest> token;  // secret_hash of the token it was made with
  std::string metadata;               // tus Upload-Metadata, as the client sent it
  std::string concatenation;          // tus Upload-Concat, as the client sent it; empty: none
  Time created_at;
};

/// Made out of others' bytes: nothing is ever appended to it.
inline bool is_final(const Upload& upload) {
  return upload.concatenation.starts_with("final;");
}

}  // namespace tapedeck
