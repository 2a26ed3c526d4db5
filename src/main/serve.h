// The server: every door on one wiring, until a signal ends it.
#pragma once

#include "main/config.h"

namespace tapedeck {

/// Serves until SIGTERM or SIGINT, then stops gracefully within ten seconds. SIGHUP reads the
/// certificate again. Returns the exit code. Throws Error, saying what to change, when it cannot
/// start, and when a part of it breaks.
int serve(const Config& config);

}  // namespace tapedeck
