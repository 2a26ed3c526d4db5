// What the JSON of a direct upload says, as values, and the answers to it. Pure.
#pragma once

#include "base/json.h"
#include "core/direct_uploads.h"

namespace tapedeck::api {

/// Throws Error{invalid} for another mode, and for a length that is none. What is said about the
/// recording has the names of tus metadata or those of a recording's JSON; what cannot be read is
/// left out.
NewDirectUpload parse_direct_upload(const json::object& object);

/// Throws Error{invalid} for what are no parts and no SHA-256.
Completion parse_completion(const json::object& object);

json::object json_of(const OpenDirectUpload& direct);
json::object json_of(const DirectProgress& progress);

}  // namespace tapedeck::api
