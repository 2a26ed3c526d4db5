// Purging: the fact first, then the bytes.
#pragma once

#include "base/env.h"
#include "core/blobs.h"
#include "core/catalog.h"

namespace tapedeck {

/// Removes a trashed recording, then its blobs. False: there is none in the trash. A blob that
/// cannot be erased is left to the Sweeper and is not an error. Throws what the catalog throws.
Task<bool> purge_trashed(Catalog& catalog, Blobs& blobs, const Recording& recording, Time now);

/// Erases them where that works.
Task<void> erase_blobs(Blobs& blobs, const std::vector<BlobKey>& keys);

/// Completes a live recording with the bytes it has, as `recovered`; one that is not live stays as
/// it is. Nothing: there is none (any more).
Task<std::optional<Recording>> complete_live(Catalog& catalog, AccountId account, RecordingId id,
                                             Time now);

}  // namespace tapedeck
