#include "store/record_pieces.h"

#include <cstring>
#include <string>

#include "base/check.h"

namespace tapedeck {

RecordPieces::RecordPieces(std::span<const NewBlob> blobs, PageBuffer& buffer) : buffer_(buffer) {
  std::size_t copied = volume::page_bytes;  // the head
  for (const auto& blob : blobs) {
    if (blob.pages.empty()) copied += volume::offset_of(volume::pages_of(blob.bytes.size()));
  }
  buffer_.drop(buffer_.size());
  buffer_.reserve(std::max(copied, PageBuffer::aligned_from));  // it must not move any more
}

void RecordPieces::add_head(ByteView head) {
  auto begin = buffer_.size();
  buffer_.append(head);
  add_copied(begin);
}

void RecordPieces::add(ByteView record_head, const NewBlob& blob) {
  if (blob.pages.empty()) {
    auto begin = buffer_.size();
    buffer_.append(record_head);
    buffer_.append(blob.bytes);
    return add_copied(begin);
  }
  auto used = record_head.size() + blob.bytes.size();
  MUST(blob.pages.data() + record_head.size() == blob.bytes.data() && used <= blob.pages.size());
  std::memcpy(blob.pages.data(), record_head.data(), record_head.size());
  std::memset(blob.pages.data() + used, 0, blob.pages.size() - used);
  views_.emplace_back(blob.pages.data(), blob.pages.size());
  goes_on_ = false;
}

/// What the buffer has from there on, filled up to the end of the page.
void RecordPieces::add_copied(std::size_t begin) {
  static const std::string page(volume::page_bytes, '\0');
  auto over = buffer_.size() % volume::page_bytes;
  if (over > 0) buffer_.append(ByteView(page).substr(over));
  auto added = buffer_.view().substr(begin);
  if (goes_on_) {
    views_.back() = ByteView(views_.back().data(), views_.back().size() + added.size());
  } else {
    views_.push_back(added);
  }
  goes_on_ = true;
}

}  // namespace tapedeck
