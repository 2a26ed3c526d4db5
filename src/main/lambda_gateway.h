// The other side of the Lambda door: what AWS does between a client and the function. For `lambda
// emulate` and the tests; the function itself needs none of it.
#pragma once

#include <string>

#include "base/time.h"
#include "http/message.h"
#include "main/lambda_event.h"

namespace tapedeck::lambda {

struct GatewayOptions {
  Gateway gateway = Gateway::http;
  std::string stage;        // empty: HTTP APIs' and Function URLs' "$default", REST APIs' "prod"
  bool binary = true;       // of a REST API: binaryMediaTypes is */*; else bodies become text
  Millis time_max{29'000};  // of the function
};

/// An event must not be larger than this.
inline constexpr ByteCount event_bytes_max = 6 * MiB;

/// The event of a request whose body is `body`. One that is not UTF-8 is damaged as AWS does it,
/// where the options say so.
std::string make_event(const GatewayOptions& options, const http::Request& request,
                       const std::string& body, Time now);

/// The clock's event.
std::string make_scheduled_event(Time now);

/// The function's answer as the client gets it. What is no answer becomes AWS's 502.
http::Response parse_answer(std::string_view text);

/// The status and fields before a streamed body. Throws Error{invalid} for what is none.
http::Response parse_prelude(std::string_view text);

/// AWS's own answers, where the function gave none: 413, 502, 504.
http::Response make_gateway_failure(int status);

}  // namespace tapedeck::lambda
