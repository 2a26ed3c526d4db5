#include "store/gathered.h"

#include <algorithm>

namespace tapedeck {

namespace {
constexpr ByteCount step_max = 8;  // who sends little at a time gets little room at a time
}

/// For all that was announced, so that it is not moved again and again.
void Gathered::make_room(const ByteSource& source, ByteView chunk, ByteCount bytes_max) {
  auto announced = source.announced();
  if (!announced) return;
  auto coming = chunk.size() + std::min(*announced, step_max * chunk.size());
  bytes_.reserve(std::min(bytes_.size() + coming, std::max(bytes_max, bytes_.size())));
}

Task<void> Gathered::gather(ByteSource& source, ByteCount bytes_max, ByteCount all_max) {
  try {
    while (bytes_.size() < bytes_max) {
      auto chunk = co_await source.read();
      if (chunk.empty()) {
        is_end_ = true;
        break;
      }
      make_room(source, chunk, bytes_max);
      bytes_.append(chunk);
      all_ += chunk.size();
      if (all_.load() > all_max) break;
    }
  } catch (...) {
    error_ = std::current_exception();
  }
}

void Gathered::drop(std::size_t count) {
  all_ -= count;
  bytes_.drop(count);
}

}  // namespace tapedeck
