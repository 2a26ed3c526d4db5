// FileRangeSource: a run of a file as a request's body, hashed on its way.
#pragma once

#include <functional>
#include <string>

#include "base/byte_source.h"
#include "base/digest.h"

namespace tapedeck {

/// Reads block: for commands, not for servers. Owns neither the descriptor nor the hash.
class FileRangeSource final : public ByteSource {
 public:
  /// Called with each chunk's end before the chunk is given; may throw to hold it back.
  using Pass = std::function<void(ByteCount end)>;

  FileRangeSource(int descriptor, ByteRange range, Sha256& hash, Pass pass)
      : descriptor_(descriptor), range_(range), hash_(hash), pass_(std::move(pass)) {}

  /// Throws Error{precondition_failed} when the file ends before the range does.
  Task<ByteView> read() override;

 private:
  const int descriptor_;
  ByteRange range_;
  Sha256& hash_;
  const Pass pass_;
  std::string chunk_;
};

}  // namespace tapedeck
