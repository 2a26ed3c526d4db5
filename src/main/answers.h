// What a server's answers mean to a command.
#pragma once

#include <functional>
#include <optional>

#include "base/json.h"
#include "http/message.h"

namespace tapedeck {

/// The JSON of a good answer; null when it has no body. Throws Error with the problem's own words
/// for any other.
Task<json::value> read_answer(http::Response& response);

/// Throws Error as read_answer does when the answer is not a good one, with its Retry-After and
/// Upload-Offset if it has them; else leaves its body alone.
Task<void> refuse_problem(http::Response& response);

/// tus: where the upload's bytes end. Nothing when the answer does not say.
std::optional<ByteCount> find_upload_offset(const http::Response& response);

/// Upload-Limit's max-append-size: the most that one request may append. Nothing when the answer
/// names none.
std::optional<ByteCount> find_append_limit(const http::Response& response);

/// Shows each line of an NDJSON answer as it comes. Throws what refuse_problem throws, and
/// Error{internal} with the words of an {"error"} line.
using TakeLine = std::function<void(const json::object& line)>;
Task<void> read_lines(http::Response& response, const TakeLine& take);

}  // namespace tapedeck
