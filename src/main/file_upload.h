// One file to the server, and to its end: what `upload` and `watch` share.
#pragma once

#include <string>
#include <vector>

#include "main/local_file.h"
#include "main/sender.h"
#include "main/spool.h"

namespace tapedeck {

/// What a person says about files that they send.
struct FileLabels {
  std::string title;
  std::string note;
  std::vector<std::string> tags;
  std::string recorded_at;  // empty: when the file last changed
  bool again = false;       // store it even if it is there already
};

/// Reads the file, then sends what the server does not have. The client id is made of the content
/// and the description: the same again is the same recording, which is all that a run needs to go
/// on where another one was killed, and a file that changed is another recording. Throws as
/// Sender::run.
Task<Sent> send_file(const ServerDoor& door, const std::string& path, const LocalFile& file,
                     const FileLabels& labels, Patience::Options patience, bool shows_progress,
                     SenderEvents events);

/// The same for a recording that `record` could not send: it goes on under its own client id, and
/// the spool is removed when the server has it. Throws as Sender::run.
Task<Sent> send_spool(const ServerDoor& door, Spool& spool, Patience::Options patience,
                      bool shows_progress, SenderEvents events);

}  // namespace tapedeck
