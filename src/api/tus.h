// tus 1.0.0 (tus.io/protocols/resumable-upload): what all answers at /api/v1/uploads have in
// common, the failures too.
#pragma once

#include <string>

#include "base/error.h"
#include "core/uploads.h"
#include "http/message.h"

namespace tapedeck::api {

inline constexpr const char* uploads_path = "/api/v1/uploads";
inline constexpr const char* tus_version = "1.0.0";

/// The path is that of uploads, or one upload's.
bool is_uploads_path(const http::Target& target);
/// It is one upload's. No limit of requests holds here: a client that is told to slow down while it
/// resumes throws its upload away.
bool is_upload_path(const http::Target& target);

/// Upload-Offset, Upload-Expires and Recording-Id: what every success says of an upload.
void add_upload_state(const OpenUpload& open, http::Fields& fields);

/// The failure as tus has it: 460 for another checksum; on a 409 the true offset, and on nothing
/// else. HEAD of an upload that exists answers 423 whatever happened: on anything else common
/// clients forget the upload and begin again at its first byte.
http::Response answer_tus_failure(const http::Request& request, const Error& error,
                                  const std::string& request_id);

/// 412, saying which version to speak.
http::Response refuse_tus_version(const std::string& request_id);

}  // namespace tapedeck::api
