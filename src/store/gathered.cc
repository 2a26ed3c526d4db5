#include "store/gathered.h"

namespace tapedeck {

Task<void> Gathered::gather(ByteSource& source, ByteCount bytes_max, ByteCount all_max) {
  try {
    while (bytes_.size() < bytes_max) {
      auto chunk = co_await source.read();
      if (chunk.empty()) {
        is_end_ = true;
        break;
      }
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
