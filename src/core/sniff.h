// What a recording's first bytes are. Only magic numbers: no structure is parsed here.
#pragma once

#include <string>
#include <string_view>

namespace tapedeck {

/// Enough bytes to decide.
inline constexpr std::size_t sniff_bytes = 4096;

/// The media type of an audio container that players know ("audio/wav", "audio/ogg", "audio/webm",
/// "audio/mp4", "audio/mpeg", "audio/flac", "audio/aac", "audio/amr", "audio/3gpp", "audio/x-caf",
/// "audio/aiff"); empty when unknown.
std::string sniff_audio(std::string_view first_bytes);

/// The ending of a file's name for what sniff_audio gave; "bin" when nobody knows.
std::string_view audio_extension(std::string_view sniffed_type);

}  // namespace tapedeck
