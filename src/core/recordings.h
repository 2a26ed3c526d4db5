// Recordings: the rules of taking, listing, playing and deleting audio.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/env.h"
#include "core/blobs.h"
#include "core/caller.h"
#include "core/catalog.h"
#include "core/recording.h"

namespace tapedeck {

/// The bytes of a create, and what the client says about them.
///
/// A repeat is known by the idempotency key, else by the description's client_id, else not at all.
/// What a repeat of a key (within a week) finds decides:
/// - a recording with the same bytes: that one, `replayed`, also when it is in the trash (its
///   trashed_at says so: what its owner deleted does not come back by itself);
/// - a recording with other bytes: key_reused;
/// - a recording that was purged: conflict. A client that goes on repeating must not undo a
/// deletion;
/// - none yet (the first try broke off): this upload makes it, under the id of the first try.
struct Upload {
  ByteSource* body = nullptr;      // must outlive the call
  std::optional<ByteCount> bytes;  // announced; nothing for chunked
  /// Digests the client sent: raw bytes; all are checked before the answer.
  std::vector<std::pair<DigestAlgorithm, std::string>> digests;
  std::string idempotency_key;  // empty: none
};

struct Created {
  Recording recording;
  bool replayed = false;  // an earlier create with the same key made it; nothing was stored now
};

/// The position right after an entry of the feed: a position includes its own entry.
ChangePosition position_after(const Change& change);

/// An open recording: what it is, and its bytes in the range asked for.
struct Playback {
  Recording recording;
  ByteRange range;
  std::unique_ptr<ByteSource> source;
};

/// Safe for concurrent use. Owns nothing it is given.
class Recordings {
 public:
  struct Options {
    ByteCount recording_bytes_max = 20 * GiB;
    ByteCount segment_bytes_max = 1 * GiB;  // a longer body is cut into several blobs
    Millis segment_time_max = std::chrono::hours(1);
    Millis upload_time_max = std::chrono::hours(12);  // of one create; below the Sweeper's grace
    Millis trash_time = std::chrono::days(30);
    ByteCount free_bytes_min = 1 * GiB;                   // below: new recordings are refused
    Millis free_bytes_trusted = std::chrono::seconds(1);  // how long the store's answer is reused
    Millis tombstones_kept = std::chrono::days(90);       // as the Sweeper's
    Millis changes_held_back = std::chrono::seconds(60);  // longer than a write can be under way
    std::size_t page_max = 200;
    // After each create that stored a recording, replays not; on the caller's thread. For the
    // metrics.
    std::function<void()> on_create{};
  };

  Recordings(Catalog& catalog, Blobs& blobs, Env& env, Options options);
  ~Recordings();

  /// Takes a whole recording. When it returns, bytes and row are durable. Refuses before reading
  /// the body whatever can be refused then.
  ///
  /// Audio is never refused for what is said about it: texts are cleaned and cut (title 1,000
  /// bytes, note 64 KiB, 50 tags of 100 bytes, content_type and client_id 200), and a recorded_at
  /// that is Time{}, before 1900 or more than a day ahead becomes now. Throws forbidden, too_large,
  /// over_quota, storage_full, digest_mismatch, key_reused, conflict (see Upload), timed_out
  /// (upload_time_max), invalid (no bytes, or other than announced).
  Task<Created> create(const Caller& caller, Description description, Upload upload);

  Task<Recording> find(AccountId account, RecordingId id);  // throws not_found
  /// `max` is cut to page_max.
  Task<RecordingPage> list(AccountId account, const ListFilter& filter,
                           std::optional<ListPosition> after, std::size_t max);
  /// Changes since a position; nothing: from the beginning. `next` of the page never passes now −
  /// 60 s, so that a write which was under way is not missed: newer entries come again, and `more`
  /// is false once `next` is held back. Throws gone for a position older than the tombstones are
  /// kept.
  Task<ChangePage> list_changes(AccountId account, std::optional<ChangePosition> since,
                                std::size_t max);

  /// Throws not_found, precondition_failed (another version), invalid (a text over the limits named
  /// at create; recorded_at before 1900 or more than a day ahead).
  Task<Recording> change(AccountId account, RecordingId id, RecordingPatch patch,
                         std::optional<std::uint64_t> if_version);
  /// To the trash and back; doing it twice is no error. A live recording is completed first. Both
  /// throw not_found.
  Task<Recording> trash(AccountId account, RecordingId id);
  Task<Recording> restore(AccountId account, RecordingId id);
  /// Out of the trash, for good, now. Throws not_found, conflict when it is not in the trash. Its
  /// bytes are erased at once where that works; else the Sweeper erases them.
  Task<void> purge(AccountId account, RecordingId id);

  /// The bytes of `range` of a recording found before, exactly; the first blob is open on return.
  /// Throws invalid (not inside it), not_found (purged meanwhile), unavailable, also when the store
  /// lacks bytes: never a short read. The source must not outlive this object.
  Task<std::unique_ptr<ByteSource>> open(const Recording& recording, ByteRange range);

  const Options& options() const { return options_; }

 private:
  struct Stored;
  class FreeSpace;

  Task<Created> replay(const Recording& existing, const Upload& upload);
  Task<std::optional<ByteCount>> find_quota_left(AccountId id);
  Task<void> check_room(std::optional<ByteCount> quota, const Upload& upload);
  Task<Stored> store(const Recording& recording, const Upload& upload,
                     std::optional<ByteCount> quota);
  Task<Created> add(Recording recording);
  Task<void> discard(AccountId account, RecordingId id, const std::vector<Segment>& segments);
  Task<bool> was_purged(AccountId account, RecordingId id);

  Catalog& catalog_;
  Blobs& blobs_;
  Env& env_;
  const Options options_;
  std::unique_ptr<FreeSpace> free_space_;
};

}  // namespace tapedeck
