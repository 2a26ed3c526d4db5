// What a client wants of a new token: the same for an owner and for the admin's commands.
#pragma once

#include "base/json.h"
#include "core/accounts.h"

namespace tapedeck::api {

/// {"name", "scopes": […], "expires_in"?, "max_bytes"?, "max_seconds"?, "max_live"?}: times in
/// seconds. Throws invalid; what the caller may not give away, Accounts refuses.
NewToken parse_new_token(const json::object& body);

}  // namespace tapedeck::api
