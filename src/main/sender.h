// Sender: brings a file to the server, whatever happens on the way. The file may still grow.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/digest.h"
#include "base/env.h"
#include "main/patience.h"
#include "main/tus_upload.h"

namespace tapedeck {

/// What of a file may be sent: its first `size` bytes; more may come until it is whole. Bytes that
/// were there once must stay as they are.
struct Outgoing {
  std::string name;     // for messages
  int descriptor = -1;  // open for reading; its owner outlives the Sender
  ByteCount size = 0;
  std::optional<Sha256Digest> whole;  // of all of it, once nothing more comes
};

/// Who is told how it goes; each may be empty. Called from the sender's task.
struct SenderEvents {
  std::function<void(const std::string& recording_id, ByteRange rest)> on_begun;  // to be sent
  std::function<void(ByteCount end)> on_sent;     // handed to the network
  std::function<void(ByteCount offset)> on_safe;  // durable on the server
  std::function<void(Millis wait, const std::string& why)> on_wait;
};

struct Sent {
  json::object recording;    // as the server shows it; only id and size where it may not be read
  bool is_checked = false;   // the server's SHA-256 is the file's
  bool is_replayed = false;  // all of it was there before
  ByteCount sent_bytes = 0;  // over the network by this run, repeats included
};

/// For one io_context. Resumes where the server says that it is, after every break that may pass.
///
/// No state is kept on this side: the client id makes a repeated create find the recording again,
/// also after this process was killed, and the server's offset is the only truth about how much of
/// it has arrived.
class Sender {
 public:
  struct Options {
    Patience::Options patience;
    Millis append_every{0};      // of a file that grows: gathers what comes in between
    bool announces_size = true;  // false: the size is said at the end, with the last bytes
  };

  Sender(const ServerDoor& door, UploadDescription description, const Outgoing& file,
         Options options, SenderEvents events);

  /// Returns when the recording is complete on the server. While the file grows, what may pass is
  /// waited out for ever; then, up to the limit of patience. Throws Error when the server refuses,
  /// or has gone away for too long; with Fault::precondition_failed when the file changed
  /// meanwhile, and then the recording is in the trash.
  Task<Sent> run();

 private:
  Task<bool> step();
  Task<void> create();
  Task<void> find_offset();
  Task<void> append();
  Task<void> append_piece(ByteCount end, bool is_last);
  void check_unchanged() const;
  Task<void> hash_up_to(ByteCount from);
  Task<void> confirm();
  Task<void> recover(const Error& error);
  Task<void> take_back(const Error& error);
  void begin_another(bool is_closed);
  bool is_deferred() const { return !options_.announces_size; }
  void note_offset();

  const Outgoing& file_;
  const Options options_;
  const SenderEvents events_;
  UploadDescription description_;
  SystemEnv env_;
  TusUpload upload_;
  Patience patience_;
  Patience::Clock::time_point appended_at_;
  Sha256 hash_;           // of what was read last, from the file's beginning on
  Sha256 safe_hash_;      // of the bytes before an offset that the server has said
  ByteCount safe_ = 0;    // the highest offset that the server has said
  bool is_lost_ = false;  // the offset must be asked for
  bool is_delivered_ = false;
  bool was_whole_ = false;
  int gone_ = 0;  // how often the upload was gone without a byte in between
  Sent sent_;
};

}  // namespace tapedeck
