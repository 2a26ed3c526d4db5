// The URL of one upload: where it is, and who may come with it. Common to tus and the IETF draft.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "core/uploads.h"
#include "http/message.h"

namespace tapedeck::api {

/// The path is that of uploads, or one upload's.
bool is_uploads_path(const http::Target& target);
/// It is one upload's. No limit of requests holds here: a client that is told to slow down while it
/// resumes throws its upload away.
bool is_upload_path(const http::Target& target);

/// It is one upload's, or below it: no limit of requests holds here either.
bool is_below_upload(const http::Target& target);

/// Its URL, as a path: a proxy may have changed the rest.
std::string location_of(const OpenUpload& open);

/// The token that came along, if one did. One that is none fits no upload, and gives not_found
/// there. Valid as long as the request.
std::optional<std::string_view> find_bearer_of_upload(const http::Request& request);

/// Upload-Offset, Upload-Expires and Recording-Id: what every success says of an upload.
void add_upload_state(const OpenUpload& open, http::Fields& fields);

/// What an upload's URL answers instead. HEAD of an upload that exists is 423 whatever happened: on
/// anything else common clients forget the upload and begin again at its first byte. A request that
/// was overtaken before it had its turn is 423, too: 409 comes with the true offset.
Error error_at_upload(const http::Request& request, const Error& error);

}  // namespace tapedeck::api
