// Uploads whose bytes go straight to the store; docs/http.md, "Direct uploads".
#pragma once

#include "api/context.h"
#include "api/router.h"
#include "http/message.h"

namespace tapedeck::api {

/// A creation in JSON, which neither tus nor the draft has.
bool asks_for_direct(const http::Request& request);

Task<http::Response> begin_direct_upload(Context& context, Call& call);

/// The upload's bytes are on their way straight to the store. Throws as Uploads::find.
Task<bool> is_direct_upload(Context& context, Call& call);
Task<http::Response> end_direct_upload(Context& context, Call& call);

}  // namespace tapedeck::api
