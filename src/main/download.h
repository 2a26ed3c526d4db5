// Downloading a recording's bytes, wherever the server says they are.
#pragma once

#include <functional>
#include <string>

#include "base/task.h"
#include "main/server_door.h"

namespace tapedeck {

using TakeBytes = std::function<void(ByteView)>;

/// Gives all `size` bytes of the target to `take`, in order: in one answer, or in as many ranges as
/// a server wants that cannot send so much at once. Follows a redirect to a store's own URL, which
/// gets no token. Nothing for the size: one answer, however long (a recording that grows). Throws
/// Error as refuse_problem does, and unavailable when no bytes come.
Task<void> download(const ServerDoor& door, std::string target, std::optional<ByteCount> size,
                    const TakeBytes& take);

}  // namespace tapedeck
