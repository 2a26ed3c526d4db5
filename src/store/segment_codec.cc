#include "store/segment_codec.h"

#include <algorithm>

#include "base/error.h"

namespace tapedeck {

namespace {

void append_number(std::string& out, ByteCount number) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(number >> shift));
}

ByteCount take_number(ByteView& bytes) {
  ByteCount number = 0;
  for (int i = 0; i < 8; ++i) {
    number = (number << 8) | static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
  }
  return number;
}

template <class Array>
void take_array(ByteView& bytes, Array& array) {
  std::copy_n(bytes.begin(), array.size(), array.begin());
  bytes.remove_prefix(array.size());
}

}  // namespace

std::string encode_segments(const std::vector<Segment>& segments) {
  std::string out;
  out.reserve(segments.size() * encoded_segment_bytes);
  for (const auto& segment : segments) {
    append_number(out, segment.begin);
    append_number(out, segment.end);
    out.append(segment.piece.view());
    out.append(view_of(segment.sha256));
  }
  return out;
}

std::vector<Segment> decode_segments(ByteView stored) {
  if (stored.size() % encoded_segment_bytes != 0) {
    throw Error(Fault::unavailable, "the catalog is damaged: a list of segments is cut off");
  }
  std::vector<Segment> segments(stored.size() / encoded_segment_bytes);
  const Segment* before = nullptr;
  for (auto& segment : segments) {
    segment.begin = take_number(stored);
    segment.end = take_number(stored);
    take_array(stored, segment.piece.bytes);
    take_array(stored, segment.sha256);
    if (segment.end <= segment.begin || (before != nullptr && before->end != segment.begin)) {
      throw Error(Fault::unavailable, "the catalog is damaged: segments do not follow each other");
    }
    before = &segment;
  }
  return segments;
}

}  // namespace tapedeck
