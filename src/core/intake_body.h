// The body of an append on its way into blobs: counted, limited, and cut into segments.
#pragma once

#include <optional>
#include <string>

#include "base/byte_source.h"
#include "base/env.h"
#include "base/error.h"
#include "core/turns.h"

namespace tapedeck {

/// A view of one body as the bodies of its segments: begin_segment(), then read() to its empty end,
/// and again until ended(). Keeps the first bytes for sniffing.
///
/// What ends a body early (it breaks off, is too long, a newer request takes over) ends its last
/// segment like any other; failure() tells it. So nothing that arrived is lost.
class IntakeBody final : public ByteSource {
 public:
  struct Limits {
    ByteCount bytes_max = 0;             // the (bytes_max + 1)th byte fails as `beyond`
    Error beyond{Fault::too_large, ""};  // the failure then
    std::optional<ByteCount> announced;  // more or less than these fail as invalid
    Millis time_max{};                   // of the whole body; then it fails as timed_out
    const Turns::Turn* turn = nullptr;   // fails as conflict when it is superseded; null: never
  };

  /// All but `env` and the limits' turn may be gone after the last call.
  IntakeBody(ByteSource& body, Env& env, Limits limits);

  /// The next segment begins: it ends with so many bytes, or so long after its first one.
  void begin_segment(ByteCount bytes_max, Millis time_max);
  Task<ByteView> read() override;
  std::optional<ByteCount> announced() const override;
  void lend(std::span<char> room) override;

  /// Nothing more comes.
  bool ended() const { return ended_ && pending_.empty(); }
  /// Why it ended early.
  const std::optional<Error>& failure() const { return failure_; }
  ByteCount count() const { return count_; }  // of all bytes given and to be given
  const std::string& first_bytes() const { return first_bytes_; }  // at most sniff_bytes
  /// Frees them: a body may be slow, and live long.
  void forget_first_bytes() { free_memory(first_bytes_); }

 private:
  bool segment_is_full() const;
  Task<void> fetch();
  Task<bool> wait_for_bytes();
  void take(ByteView bytes);
  void end();
  void fail(Error error);

  ByteSource& body_;
  Env& env_;
  const Limits limits_;
  const Time began_at_;

  ByteCount count_ = 0;
  ByteView pending_;  // read from the body, not yet given
  bool ended_ = false;
  std::optional<Error> failure_;
  std::string first_bytes_;

  ByteCount segment_bytes_ = 0;
  ByteCount segment_bytes_max_ = 0;
  Millis segment_time_max_{};
  Time segment_began_at_;
};

}  // namespace tapedeck
