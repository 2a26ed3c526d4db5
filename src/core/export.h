// An account's own export: everything it holds, as one tar stream.
#pragma once

#include <memory>

#include "base/byte_source.h"
#include "core/account.h"
#include "core/catalog.h"
#include "core/recordings.h"

namespace tapedeck {

/// A POSIX ustar/pax archive (IEEE 1003.1 pax): account.json, then for each recording, the one that
/// changed longest ago first, recordings/ID.json and recordings/ID.EXT with the original bytes.
/// Read as it is sent: memory stays flat whatever the account holds. Trashed recordings are
/// included and marked. What is purged meanwhile is left out; what changes meanwhile may come
/// twice, the newer one later. Never silently short: throws when bytes cannot be had. The ports
/// must outlive the source.
std::unique_ptr<ByteSource> export_account(Catalog& catalog, Recordings& recordings,
                                           const Account& account, Time now);

}  // namespace tapedeck
