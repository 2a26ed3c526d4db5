#include "api/draft_fields.h"

#include <cstdint>

#include "api/upload_fields.h"
#include "http/structured.h"

namespace tapedeck::api {

namespace {

constexpr int version_min = 3;
constexpr int version_max = 8;

template <class T>
std::optional<T> find_value(const http::Fields& fields, std::string_view name) {
  auto text = http::find_combined(fields, name);
  if (!text) return std::nullopt;
  auto item = http::parse_item(*text);
  if (!item) return std::nullopt;
  const auto* value = std::get_if<T>(&item->value);
  return value ? std::optional<T>(*value) : std::nullopt;
}

std::optional<int> find_version(const http::Fields& fields) {
  auto version = find_value<std::int64_t>(fields, "Upload-Draft-Interop-Version");
  if (!version || *version < version_min || *version > version_max) return std::nullopt;
  return static_cast<int>(*version);
}

}  // namespace

std::optional<Draft> find_draft(const http::Request& request) {
  const auto& fields = request.fields;
  if (fields.contains("Tus-Resumable")) return std::nullopt;
  Draft draft;
  draft.version = find_version(fields);
  draft.complete = find_value<bool>(fields, "Upload-Complete");
  auto incomplete = find_value<bool>(fields, "Upload-Incomplete");
  draft.inverted = draft.version == version_min || (incomplete && !draft.complete);
  if (incomplete && !draft.complete) draft.complete = !*incomplete;
  bool is_labelled = media_type_of(fields.find("Content-Type").value_or("")) == partial_upload_type;
  bool speaks = draft.complete || is_labelled || fields.contains("Upload-Draft-Interop-Version");
  return speaks ? std::optional(draft) : std::nullopt;
}

void add_draft_version(const Draft& draft, http::Fields& fields) {
  if (!draft.version) return;
  fields.set("Upload-Draft-Interop-Version", std::to_string(*draft.version));
}

std::optional<ByteCount> find_draft_count(const http::Fields& fields, std::string_view name) {
  auto value = find_value<std::int64_t>(fields, name);
  if (!value || *value < 0) return std::nullopt;
  return static_cast<ByteCount>(*value);
}

DraftLength draft_length_of(const http::Request& request, const Draft& draft, ByteCount from) {
  DraftLength length;
  length.bytes = find_draft_count(request.fields, "Upload-Length");
  if (draft.complete != true || !request.body_bytes) return length;
  auto end = from + *request.body_bytes;
  length.contradicts_itself = length.bytes && *length.bytes != end;
  length.bytes = end;
  return length;
}

}  // namespace tapedeck::api
