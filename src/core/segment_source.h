// The bytes of a recording, read from its segments one after the other.
#pragma once

#include <memory>

#include "base/byte_source.h"
#include "core/blobs.h"
#include "core/catalog.h"

namespace tapedeck {

/// Exactly the bytes of `range` of `recording`, whose tail may be absent. The first blob is open on
/// return; the others are opened when they are reached. Both ports must outlive the source.
///
/// Throws invalid when the range does not lie inside; not_found when the recording was purged
/// meanwhile; unavailable, also when the store lacks bytes that the catalog names: never a short
/// read.
Task<std::unique_ptr<ByteSource>> open_segments(Catalog& catalog, Blobs& blobs,
                                                const Recording& recording, ByteRange range);

/// The SHA-256 of a recording's bytes, by reading them.
Task<Sha256Digest> read_digest(Catalog& catalog, Blobs& blobs, const Recording& recording);

}  // namespace tapedeck
