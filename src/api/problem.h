// Problems: the one table from Fault to an HTTP answer (RFC 9457).
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "http/message.h"

namespace tapedeck::api {

/// application/problem+json with type, title, status, detail and request_id; retry_after and
/// bytes_left where the error has them. The detail of `unavailable` and `internal` is not shown.
/// A 401 has WWW-Authenticate. `status`: of a protocol that has another one for this fault.
http::Response make_problem(const Error& error, const std::string& request_id,
                            std::optional<int> status = std::nullopt);

/// The status alone, for the routes that keep other bodies.
int status_of(Fault fault);

/// What HTTP itself refuses, before there is anything that could fail.
enum class Refusal {
  method_not_allowed,
  unsupported_media_type,
  range_not_satisfiable,
  answer_too_large,  // for what is in front of the server; another request may fit
};
http::Response make_problem(Refusal refusal, const std::string& detail,
                            const std::string& request_id);

}  // namespace tapedeck::api
