#include "store/volume_walk.h"

#include <array>

namespace tapedeck {

VolumeWalk::VolumeWalk(DiskFile& file, const Ulid& volume)
    : file_(file), volume_(volume), size_(file.size()) {}

std::optional<VolumeWalk::Record> VolumeWalk::next() {
  while (volume::offset_of(page_) < size_) {
    std::array<char, volume::record_head_bytes> bytes{};
    auto got = file_.read_at(volume::offset_of(page_), bytes);
    auto head = volume::parse_record_head(ByteView(bytes.data(), got));
    auto page = page_++;
    if (!head || head->volume != volume_) continue;
    page_ = end_ = page + volume::pages_of(head->length);
    return Record{*head, page};
  }
  return std::nullopt;
}

}  // namespace tapedeck
