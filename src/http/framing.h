// The strict rules over the fields of a head: the ones that keep two readers of one byte stream
// from seeing two different requests (RFC 9112 6.3, 11.2).
#pragma once

#include <optional>

#include "http/head_parser.h"

namespace tapedeck::http {

/// Fills framing, keep_alive and expects_continue from method, fields and version. `target` is the
/// request target as received. Gives the refusal when there is one.
std::optional<Refusal> apply_framing_rules(RequestHead& head, std::string_view target);

/// "host", "host:port", "[v6]:port" (RFC 3986 3.2 without user information); never empty.
bool is_valid_host(std::string_view host);

}  // namespace tapedeck::http
