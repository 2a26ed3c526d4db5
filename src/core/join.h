// Joining: the many segments of a recording that came live become few.
#pragma once

#include "core/blobs.h"
#include "core/catalog.h"

namespace tapedeck {

struct Joining {
  ByteCount segment_bytes_max = 1 * GiB;   // of a joined one
  ByteCount segment_bytes_min = 64 * MiB;  // on average: above, it is not worth the copying
};

/// Copies the bytes of a complete recording into few blobs, checks them against its digests, and
/// replaces its segments in one step; then the old blobs are erased. False: there is nothing to
/// join, or it grows again. A crash before the step leaves the new blobs as garbage, one after it
/// the old ones. Throws unavailable when the bytes are not what the catalog says, and as the ports.
Task<bool> join_recording(Catalog& catalog, Blobs& blobs, Env& env, const Recording& recording,
                          const Joining& joining);

}  // namespace tapedeck
