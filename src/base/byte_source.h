// ByteSource: a pull stream. Request bodies, blob reads and response bodies are all this, so the
// disk sets the pace of the socket and nothing holds more than one chunk.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/task.h"

namespace tapedeck {

/// A run of a plain file that can be sent without reading it (sendfile). The descriptor belongs to
/// the source that gave it and is open until the source's next call or its end.
struct FileSlice {
  int descriptor = -1;
  ByteRange range;
  std::uint64_t file = 0;  // which open file; no other of this process has the number; 0: unknown
};

/// Not safe for concurrent use; one task reads it. May be destroyed at any time between two calls.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  /// The next bytes; empty at the end, and only there. Valid until the next call. Throws Error when
  /// the bytes cannot be had; what was read before is still good.
  virtual Task<ByteView> read() = 0;

  /// Waits until read() would not wait, or for at most so long; false: there is still nothing. What
  /// read() would throw, it throws. A source that never waits long need not do anything.
  virtual Task<bool> wait(std::chrono::milliseconds at_most) {
    static_cast<void>(at_most);
    co_return true;
  }

  /// About how many bytes are still to come, where that was announced: to make room for them at
  /// once. It may be untrue.
  virtual std::optional<ByteCount> announced() const { return std::nullopt; }

  /// Memory for the bytes of the next read(): one that uses it saves its reader a copy, and gives a
  /// view of its beginning. It must stay until it is taken back, with an empty one.
  virtual void lend(std::span<char> room) { static_cast<void>(room); }

  /// Ends a wait() that is under way, or the next one, early (it gives false). Safe from any
  /// thread, also when the source has ended; empty where wait() never waits.
  virtual std::function<void()> make_alarm() { return {}; }

  /// Hands over the next bytes as a piece of a file instead, where they are one; they then count as
  /// read. Nothing: use read().
  virtual Task<std::optional<FileSlice>> take_file() { co_return std::nullopt; }

  /// As take_file(), where that needs no wait; nothing: perhaps it does, or perhaps there is none.
  virtual std::optional<FileSlice> take_file_now() { return std::nullopt; }

  /// Hands over all that is left, where that is in memory; it then counts as read. Valid as long as
  /// the source. Nothing: use read().
  virtual std::optional<ByteView> take_rest() { return std::nullopt; }
};

/// A source over a string that it owns.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string bytes, std::size_t chunk_bytes = std::string::npos)
      : bytes_(std::move(bytes)), chunk_bytes_(chunk_bytes) {}

  Task<ByteView> read() override {
    auto chunk = ByteView(bytes_).substr(at_, chunk_bytes_);
    at_ += chunk.size();
    co_return chunk;
  }
  std::optional<ByteView> take_rest() override {
    return ByteView(bytes_).substr(std::exchange(at_, bytes_.size()));
  }

 private:
  std::string bytes_;
  std::size_t chunk_bytes_;
  std::size_t at_ = 0;
};

/// Everything the source has. Throws Error{too_large} past `bytes_max`.
Task<std::string> read_all(ByteSource& source, ByteCount bytes_max);

}  // namespace tapedeck
