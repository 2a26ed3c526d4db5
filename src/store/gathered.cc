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

/// Into the room there is, if the source can.
Task<ByteView> Gathered::read(ByteSource& source) {
  struct Loan {
    ByteSource& source;
    ~Loan() { source.lend({}); }
  };
  source.lend(bytes_.room());
  Loan loan{source};
  co_return co_await source.read();
}

void Gathered::take(const ByteSource& source, ByteView chunk, ByteCount bytes_max) {
  all_ += chunk.size();
  if (chunk.data() == bytes_.room().data()) return bytes_.extend(chunk.size());
  make_room(source, chunk, bytes_max);
  bytes_.append(chunk);
}

Task<void> Gathered::gather(ByteSource& source, ByteCount bytes_max, ByteCount all_max) {
  try {
    while (bytes_.size() < bytes_max) {
      auto chunk = co_await read(source);
      if (chunk.empty()) {
        is_end_ = true;
        break;
      }
      take(source, chunk, bytes_max);
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
