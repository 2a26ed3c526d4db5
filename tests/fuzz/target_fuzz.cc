// A target is parsed or refused; what is parsed holds no NUL, and encodes back to itself.
#include "http/target.h"
#include "tests/fuzz/fuzz.h"

using namespace tapedeck;

FUZZ(input) {
  auto target = http::parse_target(input);
  if (!target) return;
  std::string again;
  for (const auto& segment : target->segments) {
    HOLDS(segment.find('\0') == std::string::npos);
    again += "/" + http::percent_encode(segment);
  }
  auto parsed = http::parse_target(again.empty() ? "/" : again);
  HOLDS(parsed);
  if (!again.empty()) HOLDS(parsed->segments == target->segments);
}
