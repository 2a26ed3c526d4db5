#include "core/direct_blobs.h"

#include <algorithm>

#include "base/check.h"
#include "core/blobs.h"

namespace tapedeck {

namespace {

constexpr std::size_t etag_bytes_max = 128;

bool is_etag_letter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '_' || c == '.' || c == '+' || c == '/' || c == '=';
}

}  // namespace

bool is_well_formed_etag(std::string_view text) {
  return !text.empty() && text.size() <= etag_bytes_max &&
         std::all_of(text.begin(), text.end(), is_etag_letter);
}

// ---- a store that cannot -----------------------------------------------------------------------

Task<DirectBlob> Blobs::begin_direct(const BlobKey&) {
  MUST(!"a store that cannot");
  co_return DirectBlob();
}

Task<std::string> Blobs::direct_part_url(const DirectBlob&, int, ByteCount, std::chrono::seconds) {
  MUST(!"a store that cannot");
  co_return std::string();
}

Task<std::optional<std::vector<DirectPart>>> Blobs::list_direct_parts(const DirectBlob&, int,
                                                                      std::size_t) {
  MUST(!"a store that cannot");
  co_return std::nullopt;
}

Task<FinishDirect> Blobs::finish_direct(const DirectBlob&, const std::vector<DirectPart>&,
                                        ByteCount) {
  MUST(!"a store that cannot");
  co_return FinishDirect::gone;
}

Task<void> Blobs::abort_direct(const DirectBlob&) {
  co_return;
}

}  // namespace tapedeck
