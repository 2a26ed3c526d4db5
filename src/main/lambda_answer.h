// Answers: an http::Response in the forms that Lambda passes on to a client. Pure, but for reading
// the body.
#pragma once

#include <optional>
#include <string>

#include "base/task.h"
#include "http/message.h"
#include "main/lambda_event.h"

namespace tapedeck::lambda {

/// Lambda's limit of a buffered answer, the JSON around it included.
inline constexpr ByteCount answer_bytes_max = 6 * MiB;

/// {statusCode, headers or multiValueHeaders, cookies, body, isBase64Encoded}. Reads the whole
/// body. Throws what the body throws; Error{too_large} for one that does not fit.
Task<std::string> make_buffered_answer(Gateway gateway, const http::Request& request,
                                       http::Response& response);

/// What comes before the body of a streamed answer: {statusCode, headers, cookies} and 8 NULs.
std::string make_prelude(const http::Response& response);

/// The problem (503) for an answer that does not fit: says what to ask for instead.
http::Response make_oversize_answer();

}  // namespace tapedeck::lambda
