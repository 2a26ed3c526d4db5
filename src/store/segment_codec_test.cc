#include "store/segment_codec.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tapedeck {
namespace {

std::vector<Segment> two_segments() {
  Segment first;
  first.piece.bytes.fill(0xab);
  first.end = 258;
  first.sha256.fill(0xcd);
  Segment second = first;
  second.begin = 258;
  second.end = (ByteCount{1} << 63) - 1;
  return {first, second};
}

TEST(SegmentCodec, GivesBackWhatItWasGiven) {
  EXPECT_EQ(decode_segments(encode_segments(two_segments())), two_segments());
  EXPECT_TRUE(decode_segments("").empty());
}

TEST(SegmentCodec, WritesTheBytesThatTheDataDocumentPromises) {
  auto stored = encode_segments(two_segments());
  ASSERT_EQ(stored.size(), 128u);
  EXPECT_EQ(stored.substr(0, 16), std::string("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\2", 16));
  EXPECT_EQ(stored.substr(16, 16), std::string(16, '\xab'));
  EXPECT_EQ(stored.substr(32, 32), std::string(32, '\xcd'));
}

TEST(SegmentCodec, RefusesWhatItNeverWrote) {
  auto stored = encode_segments(two_segments());
  auto gap = stored;
  gap[71] = 9;  // the second begins elsewhere
  auto empty = stored;
  empty[15] = empty[14] = 0;  // the first ends where it begins
  for (const auto& damaged : {stored.substr(0, 127), stored + "x", gap, empty}) {
    EXPECT_THROW(decode_segments(damaged), Error);
  }
}

}  // namespace
}  // namespace tapedeck
