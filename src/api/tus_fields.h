// The fields of tus 1.0.0 that an upload comes with, as values. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "core/recording.h"
#include "http/fields.h"

namespace tapedeck::api {

/// A field that is one number of bytes: digits alone, below 2^63. Nothing when there is none.
/// Throws Error{invalid} for anything else, also for a field that comes twice.
std::optional<ByteCount> find_count(const http::Fields& fields, std::string_view name);
/// The same, and its absence is invalid too.
ByteCount require_count(const http::Fields& fields, std::string_view name);

/// Upload-Metadata: keys and decoded values in order, each key once with the last of its values.
/// What cannot be read is left out: audio is not refused for what is said about it.
using Metadata = std::vector<std::pair<std::string, std::string>>;
Metadata parse_metadata(std::string_view text);

/// What the metadata says about a recording: title, note, tags, recordedAt, clientId, filename (or
/// name) and filetype (or type, contentType). "null" and "undefined", which some clients send for
/// what they do not know, say nothing.
Description describe(const Metadata& metadata);

/// Upload-Checksum: the algorithm and the raw digest; nothing without one. Throws Error{invalid}
/// for an algorithm that checksum_algorithms does not name, and for what is no digest of it.
std::optional<std::pair<DigestAlgorithm, std::string>> find_checksum(const http::Fields& fields);
inline constexpr const char* checksum_algorithms = "sha1,sha256,md5,crc32c";

/// Upload-Concat.
struct Concatenation {
  bool partial = false;              // else final
  std::vector<std::string> secrets;  // of the parts of a final one, in order
  bool operator==(const Concatenation&) const = default;
};
/// Nothing without one. A part's URL is absolute or relative; its last segment names the upload.
/// Throws Error{invalid}.
std::optional<Concatenation> find_concatenation(const http::Fields& fields);

}  // namespace tapedeck::api
