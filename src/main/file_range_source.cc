#include "main/file_range_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.h"

namespace tapedeck {

namespace {

constexpr ByteCount read_bytes = 256 * KiB;

}  // namespace

Task<ByteView> FileRangeSource::read() {
  chunk_.resize(std::min(read_bytes, range_.size()));
  if (chunk_.empty()) co_return ByteView();
  ssize_t count = 0;
  do {
    count = pread(descriptor_, chunk_.data(), chunk_.size(), static_cast<off_t>(range_.begin));
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    throw Error(Fault::internal, fmt::format("Reading failed: {}.", std::strerror(errno)));
  }
  if (count == 0) throw Error(Fault::precondition_failed, "The file has become shorter.");
  auto bytes = ByteView(chunk_).substr(0, static_cast<std::size_t>(count));
  range_.begin += bytes.size();
  hash_.update(bytes);
  pass_(range_.begin);
  co_return bytes;
}

}  // namespace tapedeck
