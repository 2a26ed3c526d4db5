// Content-Disposition (RFC 6266): the name of a file, both ways.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tapedeck::http {

enum class Disposition { shown, attachment };  // "inline" and "attachment"

/// The field for a file of that display name (UTF-8, may be empty). Clients that know RFC 8187 get
/// the exact name, others one in ASCII with "_" for what they cannot show.
std::string make_content_disposition(Disposition disposition, std::string_view name);

/// The file name in a client's field, as UTF-8: `filename*` (RFC 8187, in UTF-8 or ISO-8859-1) if
/// it can be read, else `filename`, which may hold raw UTF-8. Nothing when there is neither or the
/// field is malformed. Not cleaned: it may hold path parts and control characters.
std::optional<std::string> parse_file_name(std::string_view field);

}  // namespace tapedeck::http
