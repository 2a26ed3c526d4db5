// Bytes on their way between a file and a server, and how far they are.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "base/byte_source.h"
#include "base/digest.h"

namespace tapedeck {

/// A bar on stderr, when that is a terminal: bytes, rate, time left. Its destructor wipes it.
class Progress {
 public:
  Progress(std::string label, std::optional<ByteCount> total, bool wanted);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void add(ByteCount bytes);
  /// So many are done; those of the first call were before it began, and count for no rate.
  void set(ByteCount done);

 private:
  void draw(std::chrono::steady_clock::time_point now);

  const std::string label_;
  const std::optional<ByteCount> total_;
  const bool shown_;
  const std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point drawn_;
  ByteCount done_ = 0;
  std::optional<ByteCount> done_before_;
};

/// The line that Progress draws, `seconds` after it began at the range's begin. Pure.
std::string progress_line(const std::string& label, ByteRange range, std::optional<ByteCount> total,
                          double seconds);

/// A source over an open descriptor, which it does not close; counts and hashes what it gives.
/// Reads block: for commands, not for servers.
class DescriptorSource final : public ByteSource {
 public:
  DescriptorSource(int descriptor, Progress& progress)
      : descriptor_(descriptor), progress_(progress) {}

  Task<ByteView> read() override;
  const Sha256& seen() const { return seen_; }

 private:
  const int descriptor_;
  Progress& progress_;
  Sha256 seen_;
  std::string chunk_;
};

/// Writes all of the bytes; throws as throw_write_failure.
void write_all(int descriptor, ByteView bytes, const std::string& path);

/// What errno says of a write to that file: throws Error{storage_full} when there is no room, else
/// Error{unavailable}.
[[noreturn]] void throw_write_failure(const std::string& path);

/// A file that comes to be under a name only when all of it is there: it is written as NAME.part.
class PartFile {
 public:
  /// Throws Error{conflict} when `path` exists and `replace` is false; UsageError when it cannot be
  /// written.
  PartFile(std::string path, bool replace);
  /// Removes the part that was not kept.
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  void append(ByteView bytes);
  /// Syncs and renames. Throws Error{conflict} as the constructor does.
  void keep();

 private:
  const std::string path_;
  const std::string part_;
  const bool replace_;
  int descriptor_ = -1;
};

}  // namespace tapedeck
