// What a client says about an incoming, in its query, its fields and its path.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/router.h"
#include "base/digest.h"
#include "core/recordings.h"

namespace tapedeck::api {

/// Query parameters count before fields, and a name in the path before both. Nothing is refused
/// here: Recordings cleans what does not fit, and a time that cannot be read counts as not given.
Description parse_description(const Call& call);

/// The body with its announced length, digests and idempotency key. Throws Error{invalid} for what
/// contradicts itself. The call must outlive it.
Incoming parse_incoming(const Call& call);

/// Empty without one. Throws Error{invalid} when it is too long.
std::string parse_idempotency_key(const http::Fields& fields);

/// True for a form (multipart), whose bytes are not the recording's.
bool is_form(const http::Request& request);

/// "a, b" as {"a", "b"}; empty ones are left out.
std::vector<std::string> split_tags(std::string_view text);

/// A media type without its parameters, in lower case.
std::string media_type_of(std::string_view content_type);

}  // namespace tapedeck::api
