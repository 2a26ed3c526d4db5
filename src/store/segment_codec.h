// Segments as a row keeps them: 64 bytes each, so that the nth is found without the others.
#pragma once

#include <string>
#include <vector>

#include "core/recording.h"

namespace tapedeck {

/// Stored. Do not change.
inline constexpr std::size_t encoded_segment_bytes = 64;

/// For each: begin and end as big-endian 64-bit numbers, the 16 bytes of its piece, its SHA-256.
std::string encode_segments(const std::vector<Segment>& segments);

/// Throws Error{unavailable} for what encode_segments does not make of adjacent segments: the
/// catalog is damaged.
std::vector<Segment> decode_segments(ByteView stored);

}  // namespace tapedeck
