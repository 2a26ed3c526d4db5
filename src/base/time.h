// Time as stored and shown: UTC milliseconds.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tapedeck {

using Millis = std::chrono::milliseconds;

/// A point of civil time, UTC, to the millisecond. Stored as the count since 1970.
using Time = std::chrono::sys_time<Millis>;

/// RFC 3339, always UTC with milliseconds: "2026-11-23T10:00:00.000Z".
std::string format_rfc3339(Time time);

/// RFC 3339 5.6 with any offset and fraction; nothing for what it does not describe.
std::optional<Time> parse_rfc3339(std::string_view text);

/// RFC 9110 5.6.7 IMF-fixdate: "Mon, 23 Nov 2026 10:00:00 GMT".
std::string format_http_date(Time time);

/// All three date forms of RFC 9110 5.6.7.
std::optional<Time> parse_http_date(std::string_view text);

}  // namespace tapedeck
