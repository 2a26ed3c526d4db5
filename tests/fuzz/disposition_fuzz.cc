#include "core/text.h"
#include "http/disposition.h"
#include "tests/fuzz/fuzz.h"

using namespace tapedeck;

// Whatever name a client sends, what we make of it is safe to offer, and reads back as it was.
FUZZ(input) {
  (void)http::parse_file_name(input);
  auto name = clean_file_name(input);
  HOLDS(name.size() <= 255 && is_utf8(name));
  HOLDS(name.find('/') == std::string::npos && name.find('\0') == std::string::npos);
  HOLDS(clean_file_name(name) == name);
  auto field = http::make_content_disposition(http::Disposition::attachment, name);
  HOLDS(field.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
  if (!name.empty()) HOLDS(http::parse_file_name(field) == name);
}
