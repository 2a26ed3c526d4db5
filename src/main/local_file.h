// LocalFile: a file of this machine that is to be sent.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/time.h"
#include "http/descriptor.h"

namespace tapedeck {

/// What tells a file from what it was before, without reading it.
struct FileStamp {
  ByteCount bytes = 0;
  std::int64_t changed_ns = 0;  // since 1970
  bool operator==(const FileStamp&) const = default;

  Time changed_at() const;
};

/// The stamp of the plain file of that name; nothing for anything else.
std::optional<FileStamp> find_stamp(const std::string& path);

/// Open for reading while it lives.
class LocalFile {
 public:
  /// Throws Error{invalid} when it cannot be read, is no plain file, or is empty.
  explicit LocalFile(const std::string& path);

  int descriptor() const { return descriptor_.number(); }
  const FileStamp& stamp() const { return stamp_; }  // as it was when it was opened
  /// True when it still is what it was then.
  bool is_unchanged() const;

 private:
  http::Descriptor descriptor_;
  FileStamp stamp_;
};

}  // namespace tapedeck
