// tus 1.0.0 (tus.io/protocols/resumable-upload) with all its extensions but checksum-trailer;
// docs/http.md, "Uploads that resume".
#pragma once

#include <string>

#include "api/context.h"
#include "api/router.h"
#include "base/error.h"
#include "core/uploads.h"
#include "http/message.h"

namespace tapedeck::api {

inline constexpr const char* tus_version = "1.0.0";

/// Tus-Version, Tus-Extension, Tus-Max-Size and Tus-Checksum-Algorithm.
void add_tus_abilities(ByteCount bytes_max, http::Fields& fields);

/// Upload-Defer-Length while the length is not known, and what the creation said.
void add_tus_state(const OpenUpload& open, http::Fields& fields);

Task<http::Response> begin_tus_upload(Context& context, Call& call);
Task<http::Response> append_to_tus_upload(Context& context, Call& call);
Task<http::Response> end_tus_upload(Context& context, Call& call);

/// The failure as tus has it: 460 for another checksum; on a 409 the true offset, and on nothing
/// else.
http::Response answer_tus_failure(const http::Request& request, const Error& error,
                                  const std::string& request_id);

}  // namespace tapedeck::api
