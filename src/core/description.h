// What people say about a recording, cleaned and limited.
#pragma once

#include "base/time.h"
#include "core/recording.h"

namespace tapedeck {

inline constexpr std::size_t title_bytes_max = 1000;
inline constexpr std::size_t note_bytes_max = 64 * 1024;
inline constexpr std::size_t tags_max = 50;
inline constexpr std::size_t tag_bytes_max = 100;

/// For a create: everything is made to fit, nothing is refused.
Description clean_description(Description description, Time now);

/// For a change: throws Error{invalid}, naming the limit, for what does not fit; the rest is
/// cleaned.
RecordingPatch checked_patch(RecordingPatch patch, Time now);

}  // namespace tapedeck
