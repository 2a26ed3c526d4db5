#include "store/disk_source.h"

#include <algorithm>

#include "base/error.h"

namespace tapedeck {

namespace {
constexpr std::size_t read_bytes = 256 * KiB;
}

Task<ByteView> DiskSource::read() {
  auto bytes = std::min<ByteCount>(range_.size(), read_bytes);
  if (bytes == 0) co_return ByteView();
  buffer_.resize(bytes);
  auto job = [this] { return file_->read_at(range_.begin, std::span(buffer_)); };
  auto got = co_await on(pool_, job);
  if (got != bytes) throw Error(Fault::unavailable, "a blob is shorter than it was");
  range_.begin += bytes;
  co_return ByteView(buffer_);
}

Task<std::optional<FileSlice>> DiskSource::take_file() {
  co_return take_file_now();
}

std::optional<FileSlice> DiskSource::take_file_now() {
  auto descriptor = file_->descriptor();
  if (!descriptor || range_.size() == 0) return std::nullopt;
  FileSlice slice{*descriptor, range_, file_->number()};
  range_.begin = range_.end;
  return slice;
}

}  // namespace tapedeck
