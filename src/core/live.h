// Live: what all recordings that grow share, and the rules of taking bytes into one.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_source.h"
#include "base/doorbells.h"
#include "base/env.h"
#include "base/error.h"
#include "core/blobs.h"
#include "core/caller.h"
#include "core/catalog.h"
#include "core/free_space.h"
#include "core/turns.h"

namespace tapedeck {

/// Called each time that more of a recording is durable, with its size. Must not throw.
using OnDurable = std::function<Task<void>(ByteCount)>;

/// The bytes to be taken into a recording, and when they are too many.
struct Intake {
  ByteSource* body = nullptr;       // must outlive the intake
  std::optional<ByteCount> bytes;   // announced; nothing for chunked
  std::optional<ByteCount> length;  // of the whole recording, if known
  /// Digests of the body, raw. With some, none of its bytes shows before all was checked.
  std::vector<std::pair<DigestAlgorithm, std::string>> digests;
  bool hidden = false;  // the same without digests
  /// Of the whole recording: with another one it stays live, however much has come.
  std::optional<Sha256Digest> whole;
  bool completes = false;             // the recording is complete when the body is
  bool completes_at_length = false;   // and when its length is reached
  std::optional<Sha256Digest> token;  // it comes with: when that is revoked, it ends
  TokenLimits limits;                 // of that token
  bool has_quota = true;              // false: the account's quota need not be asked
  OnDurable on_durable;               // may be empty
};

/// Safe for concurrent use. Owns nothing it is given. Must outlive every source it makes.
class Live {
 public:
  struct Options {
    ByteCount recording_bytes_max = 20 * GiB;
    Millis recording_time_max = std::chrono::hours(24);  // from its first byte to its last append
    std::uint32_t live_max = 50;                         // recordings of one account at one time
    ByteCount segment_bytes_max = 1 * GiB;
    // Durable progress is at most this and a sync behind what arrived; the first segment of a
    // recording is shorter, so that it can be seen soon.
    Millis segment_time_max{1'000};
    Millis first_segment_time_max{250};
    // Of a body whose bytes stay hidden until it is checked: below the Sweeper's grace.
    Millis hidden_time_max = std::chrono::hours(12);
    Millis finish_after = std::chrono::minutes(10);       // of silence; then it is made `recovered`
    ByteCount reserved_step = 64 * MiB;                   // of the account's quota, at a time
    ByteCount free_bytes_min = 1 * GiB;                   // below: new recordings are refused
    Millis free_bytes_trusted = std::chrono::seconds(1);  // how long the store's answer is reused
    Millis turn_wait = std::chrono::seconds(10);          // for an older request to end
    Millis growth_looked_every = std::chrono::seconds(1);  // for appends through another server
  };

  Live(Catalog& catalog, Blobs& blobs, Env& env, Options options);

  /// Throws over_quota and storage_full when there is no room for a new recording of `bytes` (1
  /// when that is not known). Gives what the account could take; nothing: it has no quota.
  Task<std::optional<ByteCount>> check_room(const Caller& caller, std::optional<ByteCount> bytes);

  /// The right to append to it; `body` (may be null) is told when a newer request takes over.
  Task<std::unique_ptr<Turns::Turn>> take_turn(RecordingId id, ByteSource* body);

  /// Bytes that come through us end those that were to come directly, if there are any. Throws
  /// conflict when the recording is changed meanwhile.
  Task<void> take_over(Recording& recording);

  /// Takes the body into the recording, segment by segment: durable bytes, then the fact that names
  /// them. `recording` is as find_recording() gave it under the turn; or new (`exists` false), and
  /// is added with its first segment. On return it is as it is then.
  ///
  /// Throws as Uploads::append, and over_quota, limited (too many live) and forbidden (no account)
  /// for a new one; a new one that throws before its first segment is durable leaves nothing.
  Task<void> take(Recording& recording, bool exists, const Intake& intake, const Turns::Turn& turn);

  /// The recording's bytes from `from` on, then what is appended, until it is complete. An append
  /// does not wait for it. Throws as Recordings::open.
  std::unique_ptr<ByteSource> follow(const Recording& recording, ByteCount from);

  /// The most that a recording may have under the token's limits.
  ByteCount bytes_max(const TokenLimits& limits) const;
  LiveLimits live_limits(const TokenLimits& limits) const;
  const Options& options() const { return options_; }

 private:
  friend class Appender;
  friend class Follower;

  Catalog& catalog_;
  Blobs& blobs_;
  Env& env_;
  const Options options_;
  FreeSpace free_space_;
  Turns turns_;
  Doorbells growth_;
};

Error too_large(ByteCount bytes_max);
Error over_quota(ByteCount bytes_left);
Error account_closed();
Error no_bytes();
Error key_reused();
/// Why add_recording() refused.
[[noreturn]] void throw_refusal(const AddRecordingResult& result, std::uint32_t live_max);

}  // namespace tapedeck
