// Purging: the fact first, then the bytes.
#pragma once

#include "base/env.h"
#include "core/blobs.h"
#include "core/catalog.h"

namespace tapedeck {

/// Removes a trashed recording, then its blobs. False: there is none in the trash. A blob that
/// cannot be erased is left to the Sweeper and is not an error. Throws what the catalog throws.
Task<bool> purge_trashed(Catalog& catalog, Blobs& blobs, const Recording& recording, Time now);

/// Of all its segments, up to a bound that only a broken catalog exceeds.
Task<std::vector<BlobKey>> list_blob_keys(Catalog& catalog, const Recording& recording);

/// Erases them where that works.
Task<void> erase_blobs(Blobs& blobs, const std::vector<BlobKey>& keys);

/// Removes one that is not in the trash, unless it has grown since it was read: then it is left in
/// the trash.
Task<void> remove_recording(Catalog& catalog, Blobs& blobs, const Recording& recording, Time now);

/// Completes a live recording with the bytes it has, as `recovered`; one that is not live, or was
/// appended to after `silent_since`, stays as it is. Nothing: there is none (any more).
Task<std::optional<Recording>> complete_live(Catalog& catalog, AccountId account, RecordingId id,
                                             Time silent_since, Time now);

}  // namespace tapedeck
