#include "core/id.h"

namespace tapedeck {

namespace {
constexpr std::size_t part_chars = 26;
}

std::string BlobKey::text() const {
  return account.text() + "/" + recording.text() + "/" + piece.text();
}

std::optional<BlobKey> BlobKey::parse(std::string_view text) {
  if (text.size() != 3 * part_chars + 2 || text[part_chars] != '/' ||
      text[2 * part_chars + 1] != '/') {
    return std::nullopt;
  }
  auto account = AccountId::parse(text.substr(0, part_chars));
  auto recording = RecordingId::parse(text.substr(part_chars + 1, part_chars));
  auto piece = Ulid::parse(text.substr(2 * part_chars + 2));
  if (!account || !recording || !piece) return std::nullopt;
  return BlobKey{*account, *recording, *piece};
}

}  // namespace tapedeck
