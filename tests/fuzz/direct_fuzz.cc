// What clients say of direct uploads, and what the catalog keeps of them: accepted values keep
// their promises, the rest is refused.
#include "api/direct_fields.h"
#include "base/error.h"
#include "core/direct_state.h"
#include "tests/fuzz/fuzz.h"

using namespace tapedeck;

namespace {

template <class Read>
void read_as(Fault fault, Read read) {
  try {
    read();
  } catch (const Error& error) {
    HOLDS(error.fault() == fault);
  }
}

}  // namespace

FUZZ(input) {
  read_as(Fault::invalid, [&] {
    auto wanted = api::parse_direct_upload(parse_json_object(input));
    HOLDS(wanted.length <= ~ByteCount{0} >> 1);
  });
  read_as(Fault::invalid, [&] {
    auto completion = api::parse_completion(parse_json_object(input));
    for (const auto& part : completion.parts) {
      HOLDS(part.number >= 1 && part.number <= 10'000);
      HOLDS(part.etag.find_first_of("<>&\"") == std::string::npos);
    }
  });
  read_as(Fault::unavailable, [&] {
    auto state = parse_direct(input);
    HOLDS(state.part_bytes > 0);
    auto again = parse_direct(print_direct(state));
    HOLDS(again.piece == state.piece && again.upload == state.upload);
  });
}
