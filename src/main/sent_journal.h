// SentJournal: what `watch` has sent from a folder, so that it is not sent again.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "http/descriptor.h"
#include "main/watched_folder.h"

namespace tapedeck {

/// A file of lines, one for each file that was sent, locked while a process uses it. The server
/// knows repeats for some days; this knows them for as long as the file is there.
class SentJournal {
 public:
  /// Makes it when it is not there. Throws Error{conflict} while another process watches the same
  /// folder for the same server.
  explicit SentJournal(std::filesystem::path path);

  /// Whether it was there before.
  bool is_new() const { return is_new_; }
  /// True for the file as it was then: one that changed since was not sent.
  bool has(const WatchedFile& file) const;
  /// Throws Error when it cannot be written.
  void add(const WatchedFile& file, const std::string& recording_id);

  /// Where the journal of this folder and server is, below the state folder.
  static std::filesystem::path path_of(const std::filesystem::path& state,
                                       const std::filesystem::path& folder,
                                       const std::string& server);

 private:
  void load();
  void append(const std::string& line);

  const std::filesystem::path path_;
  http::Descriptor descriptor_;
  bool is_new_ = false;
  std::map<std::string, FileStamp> sent_;
};

}  // namespace tapedeck
