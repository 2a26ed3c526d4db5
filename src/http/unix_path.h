// Paths of Unix sockets of any length, although sockaddr_un takes 107 bytes.
#pragma once

#include <string>

#include "http/descriptor.h"

namespace tapedeck::http {

/// The path under which to bind or connect. A long one goes through /proc/self/fd/N of its opened
/// folder, and is good as long as this lives; the file itself still has its own path.
class UnixPath {
 public:
  /// Throws Error{invalid} for an empty path, a folder that cannot be opened, and a file name of
  /// more than about 80 bytes.
  explicit UnixPath(const std::string& path);

  const std::string& text() const { return text_; }

 private:
  Descriptor folder_;
  std::string text_;
};

/// True when somebody accepts connections there. Total: what cannot be connected to does not
/// listen.
bool listens_at(const std::string& path);

}  // namespace tapedeck::http
