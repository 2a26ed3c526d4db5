// Names and texts come out clean, whatever goes in, and cleaning twice changes nothing.
#include "core/sniff.h"
#include "core/text.h"
#include "tests/fuzz/fuzz.h"

using namespace tapedeck;

FUZZ(input) {
  auto name = clean_file_name(input);
  HOLDS(name.size() <= 255 && is_utf8(name));
  HOLDS(name.find_first_of("/\\") == std::string::npos);
  HOLDS(name.find('\0') == std::string::npos);
  HOLDS(clean_file_name(name) == name);
  auto line = clean_line(input, 100);
  HOLDS(line.size() <= 100 && is_utf8(line) && clean_line(line, 100) == line);
  auto text = clean_text(input, 100);
  HOLDS(text.size() <= 100 && is_utf8(text) && clean_text(text, 100) == text);
  sniff_audio(input);
}
