// The original server's bodies. It was written in Python, whose JSON has a space after each colon
// and comma and no character beyond ASCII; clients that compare texts see no difference.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "core/recording.h"
#include "http/message.h"

namespace tapedeck::api {

inline constexpr std::string_view original_fail = R"({"result": "fail"})";

http::Response original_json(int status, std::string_view body);
/// {"error": "…"}
http::Response original_error(int status, std::string_view text);
/// {"Code": "…", "Message": "…"}, as its framework refuses.
http::Response original_refusal(int status, std::string_view code, std::string_view message);

/// What a failure looks like there: for /login an error, for the others {"result": "fail"}. A
/// DELETE of what is not there is 400; an upload that could not be stored 500.
http::Response original_failure(const Error& error, std::string_view method, bool login);

/// {"id", "user_id", "file_name", "created_at": "YYYY-MM-DD"}; an imported one has its old id.
std::string original_record(const Recording& recording, std::string_view user_id);

/// The text as json.dumps writes it. It must be UTF-8; what is not becomes U+FFFD.
std::string python_quoted(std::string_view text);

}  // namespace tapedeck::api
