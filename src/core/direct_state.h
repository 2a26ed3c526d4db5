// DirectState: where the bytes of a recording are while they go from the client straight to the
// store; docs/data.md, "Bytes that come directly".
#pragma once

#include <optional>
#include <string>

#include "base/digest.h"
#include "core/blobs.h"
#include "core/catalog.h"

namespace tapedeck {

struct DirectState {
  Ulid piece;
  std::string upload;  // DirectBlob's
  ByteCount part_bytes = 0;
  bool keyed = false;  // the recording can be begun again, by its idempotency key or client id
  /// Over what was read back of the blob; nothing: its parts are not one blob yet.
  std::optional<Sha256> read;
};

/// Recording::direct. Stored. Do not change.
std::string print_direct(const DirectState& state);
/// Throws unavailable for what print_direct() does not make.
DirectState parse_direct(std::string_view stored);

inline DirectBlob direct_blob(const Recording& recording, const DirectState& state) {
  return {{recording.account, recording.id, state.piece}, state.upload};
}

/// How many parts `bytes` are.
int count_parts(const DirectState& state, ByteCount bytes);
/// Which bytes are in that part, of 1 to count_parts().
ByteRange range_of_part(const DirectState& state, ByteCount bytes, int number);

/// The append that moves `direct` on, and nothing else.
Append move_direct(const Recording& recording, const std::string& next, Time now);

/// Moves `direct` on, if it still is what the recording has; `recording` is changed with it.
Task<bool> change_direct(Catalog& catalog, Recording& recording, const std::string& next, Time now);

/// Ends it: no append can name its blob from then on, and what is there of it is erased where that
/// works, else left to the Sweeper. False: it is in another state meanwhile.
Task<bool> end_direct(Catalog& catalog, Blobs& blobs, Recording& recording, Time now);

/// What the store has of it, where that can be erased; else it is left to the Sweeper.
Task<void> erase_direct(Blobs& blobs, const DirectBlob& blob);

}  // namespace tapedeck
