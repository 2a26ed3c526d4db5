// Text that people write and devices send, made safe to keep and show.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tapedeck {

/// RFC 3629, without surrogates and overlong forms.
bool is_utf8(std::string_view text);

/// For one-line fields: invalid UTF-8 becomes U+FFFD, control characters and bidirectional
/// overrides are dropped, and it is cut to `bytes_max` at a character's border.
std::string clean_line(std::string_view text, std::size_t bytes_max);

/// As clean_line, but keeps line breaks and tabs.
std::string clean_text(std::string_view text, std::size_t bytes_max);

/// A name to show and to offer for a download; never used as a path. Path parts, reserved
/// characters, leading dots and trailing dots and spaces are dropped; at most 255 bytes. May come
/// out empty.
std::string clean_file_name(std::string_view name);

}  // namespace tapedeck
