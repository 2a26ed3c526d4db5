// WatchedFolder: which files of a folder are finished.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "main/local_file.h"

namespace tapedeck {

/// A file in a watched folder; `name` is its path from there.
struct WatchedFile {
  std::string name;
  FileStamp stamp;
};

/// Looks at a folder and those in it, again and again. Looking finds what the kernel's notices
/// miss: files on network file systems, and those that came while nobody watched.
class WatchedFolder {
 public:
  using Clock = std::chrono::steady_clock;

  /// A file that is the same for `settle_time` is finished.
  WatchedFolder(std::filesystem::path folder, Millis settle_time);

  /// The files that are finished at `now`, by name; every time again. Throws Error{unavailable}
  /// when the folder cannot be read. Links are not followed.
  std::vector<WatchedFile> look(Clock::time_point now);

 private:
  struct Seen {
    FileStamp stamp;
    Clock::time_point since;
  };

  const std::filesystem::path folder_;
  const Millis settle_time_;
  std::map<std::string, Seen> seen_;
};

/// Hidden files, and names that programs give to what they have not finished writing. Pure.
bool is_unfinished_name(std::string_view name);

}  // namespace tapedeck
