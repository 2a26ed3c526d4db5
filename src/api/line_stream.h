// A response body of JSON lines that a blocking job writes while it works (NDJSON).
#pragma once

#include <functional>
#include <memory>

#include "base/byte_source.h"
#include "base/json.h"
#include "base/log.h"
#include "base/pool.h"

namespace tapedeck::api {

/// Hands over one line. Waits while the reader is far behind. False: nobody reads any more, or the
/// server stops; the job should end soon.
using EmitLine = std::function<bool(const json::object& line)>;

/// Work that blocks and reports as it goes. May throw Error.
using LineJob = std::function<void(const EmitLine& emit)>;

/// Starts the job on the pool and gives its lines as a source. When the job throws, the last line
/// is
/// {"error": DETAIL}; a response that has begun has no other way to say so. The source may be
/// destroyed before the job ends: its next emit() is false. `stopping`, polled, ends jobs too. The
/// pool and the log outlive the job.
std::unique_ptr<ByteSource> start_lines(Pool& pool, Log& log, LineJob job,
                                        std::function<bool()> stopping);

}  // namespace tapedeck::api
