// What we read of S3's answers, which are small and flat XML. Pure.
//
// Only the text of elements by their name: no attributes, no nesting, no entities of their own. S3
// escapes "<" and "&" in texts, so that the first "<" behind an element's start ends its text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tapedeck {

/// The text of each element of that name, in order, its escapes undone. What is malformed is left
/// out.
std::vector<std::string> find_xml_texts(std::string_view xml, std::string_view name);
/// The first one; nothing when there is none.
std::optional<std::string> find_xml_text(std::string_view xml, std::string_view name);

/// The code of an answer that is an error, whatever its status; empty when it is none.
std::string find_s3_error(std::string_view xml);

}  // namespace tapedeck
