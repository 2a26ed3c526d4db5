// Follower: the bytes of a recording, and what is appended while they are read. For live.cc alone.
#pragma once

#include <memory>

#include "core/live.h"

namespace tapedeck {

/// Ends when the recording is complete; see Live::follow. It only ever reads, so that no append
/// waits for it.
class Follower final : public ByteSource {
 public:
  Follower(Live& live, AccountId account, RecordingId id, ByteCount from)
      : live_(live), account_(account), id_(id), at_(from) {}

  Task<ByteView> read() override;
  Task<bool> wait(std::chrono::milliseconds at_most) override;
  Task<std::optional<FileSlice>> take_file() override;

 private:
  enum class Ahead { more, nothing_yet, the_end };
  Task<Ahead> look();
  Task<bool> open_next();

  Live& live_;
  const AccountId account_;
  const RecordingId id_;
  ByteCount at_;
  ByteCount end_ = 0;                   // of what is open
  std::unique_ptr<ByteSource> source_;  // of [at_, end_)
};

}  // namespace tapedeck
