// DirectSender: brings a whole file to the server's store, in parts at once, and the facts to the
// server.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "main/direct_upload.h"
#include "main/patience.h"
#include "main/sender.h"

namespace tapedeck {

/// For one io_context. No state is kept on this side: the client id makes a repeated creation find
/// the recording again, also after this process was killed, and the store says which parts it has.
class DirectSender {
 public:
  /// The file is whole.
  DirectSender(const ServerDoor& door, UploadDescription description, const Outgoing& file,
               Patience::Options patience, SenderEvents events);

  /// Returns when the recording is complete on the server. Nothing: the server wants it the other
  /// way (Sender), because it is small or was begun so. Throws as Sender::run.
  Task<std::optional<Sent>> run();

 private:
  enum class Step { on, done, other_way };
  Task<Step> step();
  Task<Step> ask();
  Task<Step> create();
  Task<void> send_page();
  Task<void> send_parts();
  Task<void> work(std::size_t& next, bool& failed);
  Task<void> send_part(http::Client& store, PartToSend& part, const std::string& target);
  Task<Step> complete();
  Task<void> recover(const Error& error);
  Task<void> wait(const Error& error);
  Task<void> take_back(const Error& error);
  void begin_another(bool is_closed);
  void note_part(const PartToSend& part);
  void show_progress();

  const Outgoing& file_;
  const SenderEvents events_;
  UploadDescription description_;
  SystemEnv env_;
  DirectUpload upload_;
  Patience patience_;
  bool is_asked_ = false;
  bool is_listed_ = false;  // the page is what the server said last
  PartsPage page_;
  std::vector<PartToSend> stored_;  // before the page, in order
  ByteCount safe_ = 0;              // what the store has
  ByteCount moving_ = 0;            // handed to the network beyond that
  int gone_ = 0;                    // how often the upload was gone without a part in between
  Sent sent_;
};

}  // namespace tapedeck
