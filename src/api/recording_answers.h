// A recording as an answer.
#pragma once

#include <string>

#include "api/context.h"
#include "api/router.h"
#include "core/recordings.h"
#include "http/condition.h"
#include "http/message.h"

namespace tapedeck::api {

/// Its version.
http::EntityTag tag_of(const Recording& recording);
/// Where it is.
std::string location_of(RecordingId id);

http::Response answer_recording(Context& context, int status, const Recording& recording);

/// 201, or 200 for a replay, with Location and the digest that the client wants. Throws
/// Error{invalid} when what it wants cannot be read.
http::Response answer_created(Context& context, const Call& call, const Created& created);

}  // namespace tapedeck::api
