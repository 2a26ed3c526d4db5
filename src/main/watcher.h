// Watcher: sends what appears in a folder, for as long as it is wanted.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "main/file_upload.h"
#include "main/sent_journal.h"
#include "main/watch_report.h"
#include "main/watched_folder.h"

namespace tapedeck {

class Watcher {
 public:
  struct Options {
    FileLabels labels;
    Millis settle_time{3'000};
    bool new_only = false;      // what was there at the first start stays where it is
    bool deletes_sent = false;  // what the server has, by its SHA-256
  };

  /// Throws Error when the folder cannot be watched.
  Watcher(const ServerDoor& door, std::filesystem::path folder, SentJournal& journal,
          Options options, WatchReport& report);

  /// Until the process is told to stop (SIGINT, SIGTERM): an upload that is under way is broken
  /// off, and goes on at the next start. Blocks. Throws Error when the folder is gone.
  void run();

 private:
  Task<void> watch();
  Task<void> send(WatchedFile file);
  void erase(const WatchedFile& file, const LocalFile& open, const Sent& sent);
  void skip_what_is_there();
  bool is_wanted(const WatchedFile& file) const;

  const ServerDoor& door_;
  const std::filesystem::path folder_;
  SentJournal& journal_;
  const Options options_;
  WatchReport& report_;
  SystemEnv env_;
  WatchedFolder watched_;
  std::map<std::string, WatchedFolder::Clock::time_point> failed_at_;  // by name; tried again later
};

}  // namespace tapedeck
