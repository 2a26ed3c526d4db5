// Whatever a Range field says, the parts lie inside the size and do not overlap.
#include <algorithm>

#include "http/range.h"
#include "tests/fuzz/fuzz.h"

using namespace tapedeck;

FUZZ(input) {
  for (ByteCount size : {ByteCount{0}, ByteCount{1}, ByteCount{1000}, ~ByteCount{0} >> 1}) {
    auto answer = http::parse_range(input, size);
    HOLDS(answer.ranges.size() <= http::ranges_max);
    HOLDS((answer.kind == http::RangeAnswer::Kind::partial) == !answer.ranges.empty());
    auto sorted = answer.ranges;
    std::sort(sorted.begin(), sorted.end(), [](auto a, auto b) { return a.begin < b.begin; });
    ByteCount last_end = 0;
    for (auto range : sorted) {
      HOLDS(range.begin < range.end && range.end <= size && range.begin >= last_end);
      last_end = range.end;
      http::content_range(range, size);
    }
  }
}
