// The request target (RFC 9112 3.2, RFC 3986): path segments and query parameters, decoded once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tapedeck::http {

/// What a client asks for. A segment may hold any byte but NUL, "/" included ("%2F"); it never
/// becomes a path or a key.
struct Target {
  std::string raw;                    // as received; for logs, after redaction
  std::vector<std::string> segments;  // "/a/b%20c" is {"a", "b c"}; "/a/" is {"a", ""}
  std::vector<std::pair<std::string, std::string>> query;  // in order, decoded; "+" is a plus

  /// The first parameter of that name; nothing when absent.
  std::optional<std::string_view> find(std::string_view name) const;
};

/// Origin form ("/path?query"), absolute form ("http://host/path") or "*". Nothing when malformed:
/// bad percent-encoding, NUL, a fragment, control characters.
std::optional<Target> parse_target(std::string_view text);

/// The text without its percent-encoding; nothing for a bad escape or an escaped NUL.
std::optional<std::string> percent_decode(std::string_view text);

/// Percent-encodes everything that is not unreserved (RFC 3986 2.3).
std::string percent_encode(std::string_view text);

}  // namespace tapedeck::http
