// The ids of the original server's recordings, and what they are here. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "core/id.h"
#include "core/recording.h"

namespace tapedeck {

/// Of "{user_id}_{YYYY-MM-DD_HH-MM-SS}{.ext}": its parts. The original took the time from its
/// machine's clock, without a zone.
struct OriginalId {
  std::string user_id;
  Time time;              // as if it were UTC
  std::string extension;  // with its dot, or empty
};

/// Nothing when there is no time in it.
std::optional<OriginalId> parse_original_id(std::string_view text);

/// The id that an imported recording has here: made of the old one alone, so that nothing need be
/// stored to find it, and importing it twice is importing it once. Stored. Do not change.
RecordingId recording_id_of_original(std::string_view original_id);

/// The old id of an imported recording, which is kept as its client_id; nothing for others.
std::optional<std::string> original_id_of(const Recording& recording);

}  // namespace tapedeck
