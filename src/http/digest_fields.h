// Digests that travel with bytes: Repr-Digest, Content-Digest and Want-Repr-Digest (RFC 9530), and
// the older Content-MD5 (RFC 1864).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "http/fields.h"

namespace tapedeck::http {

/// Algorithms and raw digests, each algorithm at most once for each field that had it.
using Digests = std::vector<std::pair<DigestAlgorithm, std::string>>;

/// What the client says its body's digests are, in Repr-Digest, Content-Digest and Content-MD5; all
/// of them must be right. Algorithms that we do not know are left out. Throws Error{invalid} for a
/// malformed field or a digest of the wrong length, saying what to send.
Digests parse_digests(const Fields& fields);

/// Those of one field, Repr-Digest or Content-Digest.
Digests parse_digest_field(const Fields& fields, std::string_view name);

/// The algorithms that Want-Repr-Digest asks for and we know, the most wanted first. Throws
/// Error{invalid} when it is malformed.
std::vector<DigestAlgorithm> parse_wanted_digests(const Fields& fields);

/// One member of Repr-Digest: "sha-256=:…:".
std::string format_digest(DigestAlgorithm algorithm, ByteView digest);

}  // namespace tapedeck::http
