#include "power/file_image.h"

#include <algorithm>
#include <cstring>

namespace tapedeck::power {

std::size_t FileImage::read(ByteCount offset, std::span<char> into) const {
  if (offset >= size_) return 0;
  auto bytes = std::min<ByteCount>(into.size(), size_ - offset);
  for (ByteCount done = 0; done < bytes;) {
    auto at = offset + done;
    auto within = at % block_bytes;
    auto count = std::min<ByteCount>(bytes - done, block_bytes - within);
    const auto& block = blocks_[at / block_bytes];
    if (block) {
      std::memcpy(into.data() + done, block->data() + within, count);
    } else {
      std::memset(into.data() + done, 0, count);
    }
    done += count;
  }
  return bytes;
}

void FileImage::write(ByteCount offset, ByteView bytes) {
  if (offset + bytes.size() > size_) resize(offset + bytes.size());
  while (!bytes.empty()) {
    auto within = offset % block_bytes;
    auto count = std::min<ByteCount>(bytes.size(), block_bytes - within);
    std::memcpy(writable(offset / block_bytes).data() + within, bytes.data(), count);
    bytes.remove_prefix(count);
    offset += count;
  }
}

void FileImage::resize(ByteCount size) {
  if (size < size_ && size % block_bytes != 0 && blocks_[size / block_bytes]) {
    auto& last = writable(size / block_bytes);
    std::fill(last.begin() + static_cast<std::ptrdiff_t>(size % block_bytes), last.end(), '\0');
  }
  blocks_.resize((size + block_bytes - 1) / block_bytes);
  size_ = size;
}

FileImage::Block& FileImage::writable(std::size_t index) {
  auto& block = blocks_[index];
  if (!block) {
    block = std::make_shared<Block>();
  } else if (block.use_count() > 1) {
    block = std::make_shared<Block>(*block);
  }
  return *block;
}

}  // namespace tapedeck::power
