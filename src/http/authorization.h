// Bearer tokens in Authorization (RFC 9110 11.6.2, RFC 6750 2.1).
#pragma once

#include <optional>
#include <string_view>

#include "http/fields.h"

namespace tapedeck::http {

/// The token of "Bearer TOKEN"; the scheme in any case, then spaces, then a token68. Nothing for
/// anything else.
std::optional<std::string_view> parse_bearer(std::string_view value);

/// The request's token; nothing without an Authorization field. Throws Error{unauthenticated},
/// saying how to send it, for another scheme, a malformed token or several fields. Valid as long as
/// the fields are.
std::optional<std::string_view> find_bearer(const Fields& fields);

}  // namespace tapedeck::http
