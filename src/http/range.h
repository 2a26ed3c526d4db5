// Range requests (RFC 9110 14): what a client asks for, and how parts are answered.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.h"
#include "base/bytes.h"
#include "base/env.h"

namespace tapedeck::http {

/// A list of more ranges is answered with the whole, which RFC 9110 14.2 leaves to the server.
inline constexpr std::size_t ranges_max = 8;

struct RangeAnswer {
  enum class Kind {
    whole,          // 200: no usable Range field
    partial,        // 206: `ranges`
    unsatisfiable,  // 416 with unsatisfied_range()
  };
  Kind kind = Kind::whole;
  /// Each inside the size and not empty, no two overlapping or touching (those are made one). In
  /// the order asked for.
  std::vector<ByteRange> ranges;
};

/// What a Range field asks of `size` bytes. Another unit than bytes, a malformed list and more than
/// ranges_max ranges mean the whole, as if the field were absent. Numbers may have any length.
RangeAnswer parse_range(std::string_view value, ByteCount size);

/// Content-Range of a part: "bytes 0-4/10". The range must not be empty.
std::string content_range(ByteRange range, ByteCount size);
/// Content-Range of a 416: "bytes */10".
std::string unsatisfied_range(ByteCount size);

/// Opens the bytes of one range; called when the body reaches it.
using OpenRange = std::function<Task<std::unique_ptr<ByteSource>>(ByteRange)>;

/// A multipart/byteranges body (RFC 9110 14.6) and the fields that go with it.
struct MultipartBody {
  std::unique_ptr<ByteSource> source;
  ByteCount bytes = 0;       // exactly what `source` yields
  std::string content_type;  // with the boundary
};

/// The parts of a representation of `size` bytes and type `content_type`. Nothing is opened before
/// the body is read. The body throws what `open` throws, and Error{unavailable} when a range has
/// fewer bytes than it should; it never comes out shorter.
MultipartBody make_multipart_body(std::vector<ByteRange> ranges, ByteCount size,
                                  std::string content_type, OpenRange open, Env& env);

}  // namespace tapedeck::http
