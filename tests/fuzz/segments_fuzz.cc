#include "base/error.h"
#include "store/segment_codec.h"
#include "tests/fuzz/fuzz.h"

using namespace tapedeck;

// A damaged row is refused, never misread: what is accepted is exactly what was stored.
FUZZ(input) {
  try {
    auto segments = decode_segments(input);
    HOLDS(encode_segments(segments) == input);
  } catch (const Error& error) {
    HOLDS(error.fault() == Fault::unavailable);
  }
}
