// The IETF draft on resumable uploads (draft-ietf-httpbis-resumable-upload), interop versions 3 to
// 8, over the same uploads as tus; docs/http.md, "The IETF draft".
#pragma once

#include <string>

#include "api/context.h"
#include "api/router.h"
#include "base/error.h"
#include "core/uploads.h"
#include "http/message.h"

namespace tapedeck::api {

/// Upload-Limit and Accept-Patch, for OPTIONS.
void add_draft_abilities(ByteCount bytes_max, http::Fields& fields);

/// Upload-Complete and Upload-Limit.
void add_draft_state(Context& context, const OpenUpload& open, const Draft& draft,
                     http::Fields& fields);

// For a call with a draft.

/// Its `complete` is set. The body is the recording, or begins it.
Task<http::Response> begin_draft_upload(Context& context, Call& call);
Task<http::Response> append_to_draft_upload(Context& context, Call& call);
Task<http::Response> end_draft_upload(Context& context, Call& call);

/// The failure as the draft has it. When the client knows the upload's URL, a failure of ours gives
/// up the connection: the client then goes on there, and after a final error it would not.
http::Response answer_draft_failure(const Call& call, const Error& error, ByteCount bytes_max);

}  // namespace tapedeck::api
