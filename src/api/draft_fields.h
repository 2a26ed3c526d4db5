// The fields of the IETF draft on resumable uploads (draft-ietf-httpbis-resumable-upload), as
// values. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "http/message.h"

namespace tapedeck::api {

/// How a request speaks the draft. Its interop versions differ in little: 3 says Upload-Incomplete
/// instead of Upload-Complete, 5 and later hear of progress, 6 and later label what they append,
/// 6 calls the limit of age `expires`.
struct Draft {
  std::optional<int> version;    // 3 to 8; nothing: not said, or another one
  std::optional<bool> complete;  // the body is all there is, or the rest of it
  bool inverted = false;         // it says and hears Upload-Incomplete

  bool may_hear_progress() const { return version.value_or(0) >= 5; }
  bool labels_appends() const { return version.value_or(8) >= 6; }
  const char* age_limit() const { return version == 6 ? "expires" : "max-age"; }
};

inline constexpr std::string_view partial_upload_type = "application/partial-upload";

/// Nothing for a request that does not speak the draft, or speaks tus.
std::optional<Draft> find_draft(const http::Request& request);

/// An answer names the version of the request.
void add_draft_version(const Draft& draft, http::Fields& fields);

/// A field that is one number of bytes. Nothing, too, for any other value: the draft says to ignore
/// such a field.
std::optional<ByteCount> find_draft_count(const http::Fields& fields, std::string_view name);

/// What the request says about the length of the whole.
struct DraftLength {
  std::optional<ByteCount> bytes;
  bool contradicts_itself = false;
};
/// Upload-Length, or where a body that is the rest will end.
DraftLength draft_length_of(const http::Request& request, const Draft& draft, ByteCount from);

}  // namespace tapedeck::api
