// What a player gets of a recording that still grows (RFC 9110 14, RFC 8673).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace tapedeck::api {

struct LiveRange {
  enum class Kind {
    follow,         // 200: from range.begin on, and on as it grows
    follow_from,    // 206: the same
    part,           // 206: what there is of what was asked for
    unsatisfiable,  // 416
  };
  Kind kind = Kind::follow;
  ByteRange range;            // of what there is now
  std::string content_range;  // of a 206; its total is "*", since nobody knows it
};

/// What a Range field asks of a recording that has `size` bytes so far. No field, "bytes=0-" and
/// what cannot be read follow it from its beginning; a last position from 2^53 - 1 on follows it
/// from the first one; any other range gets what there is of it. `from_live`: from the end on,
/// whatever the field says.
LiveRange choose_live_range(std::optional<std::string_view> range, bool from_live, ByteCount size);

}  // namespace tapedeck::api
