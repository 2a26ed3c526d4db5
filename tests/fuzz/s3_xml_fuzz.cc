// Whatever a service answers, its texts are read or left out.
#include "base/error.h"
#include "store/s3_bucket.h"
#include "store/s3_xml.h"
#include "tests/fuzz/fuzz.h"

using namespace tapedeck;

FUZZ(input) {
  for (const auto& text : find_xml_texts(input, "Key")) HOLDS(text.size() < input.size());
  find_s3_error(input);
  auto range = parse_content_range(input);
  HOLDS(!range || (range->range.begin < range->range.end && range->range.end <= range->size));
  try {
    auto listing = parse_listing(std::string(input));
    HOLDS(!listing.is_cut || !listing.last.empty());
  } catch (const Error& error) {
    HOLDS(error.fault() == Fault::unavailable);
  }
  try {
    for (const auto& part : parse_part_list(std::string(input))) HOLDS(part.number >= 0);
    auto uploads = parse_upload_list(std::string(input));
    HOLDS(!uploads.is_cut || !uploads.uploads.empty());
  } catch (const Error& error) {
    HOLDS(error.fault() == Fault::unavailable);
  }
}
