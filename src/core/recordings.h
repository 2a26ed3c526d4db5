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
#include "core/live.h"
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
/// - one that may still grow: the body must begin with the bytes it has, and the rest is appended;
///   key_reused when it does not;
/// - none yet (the first try broke off): this upload makes it, under the id of the first try.
struct Incoming {
  ByteSource* body = nullptr;      // must outlive the call
  std::optional<ByteCount> bytes;  // announced; nothing for chunked
  /// Digests the client sent: raw bytes; all are checked before the answer.
  std::vector<std::pair<DigestAlgorithm, std::string>> digests;
  std::string idempotency_key;  // empty: none
  bool hidden = false;          // nothing of it shows before all came, as with digests
  /// Called with the id, before the body is read; and each time that more of it is durable. Both
  /// may be empty.
  std::function<Task<void>(RecordingId)> on_begin;
  OnDurable on_durable;
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

/// What a repeat of a key finds.
struct Claimed {
  RecordingId id;                     // the one of the first claim
  std::optional<Recording> existing;  // nothing: it is still to be made
};

/// Safe for concurrent use. Owns nothing it is given.
class Recordings {
 public:
  struct Options {
    Millis trash_time = std::chrono::days(30);
    Millis tombstones_kept = std::chrono::days(90);       // as the Sweeper's
    Millis changes_held_back = std::chrono::seconds(60);  // longer than a write can be under way
    std::size_t page_max = 200;
    // After each create that stored a recording, replays not; on the caller's thread. For the
    // metrics.
    std::function<void()> on_create{};
  };

  Recordings(Catalog& catalog, Blobs& blobs, Env& env, Live& live, Options options);

  /// Takes a recording as it comes: a body that takes more than a moment is a live recording, with
  /// what has arrived durable and in view. When it returns, all of it is. Refuses before reading
  /// the body whatever can be refused then. A body that breaks off leaves a live recording of what
  /// arrived (unless it came with a digest), and throws what the body threw.
  ///
  /// Audio is never refused for what is said about it: texts are cleaned and cut (title 1,000
  /// bytes, note 64 KiB, 50 tags of 100 bytes, content_type and client_id 200), and a recorded_at
  /// that is Time{}, before 1900 or more than a day ahead becomes now. Throws forbidden, too_large,
  /// over_quota, storage_full, digest_mismatch, key_reused, conflict (see Incoming; also when a
  /// newer request with the key took over), timed_out (Live's limits of time), limited (too many
  /// live), locked, invalid (no bytes, or other than announced).
  ///
  /// All that is given must outlive the call, and what comes back is never null: a body may be
  /// slow, and whoever waits for it should hold little.
  Task<std::unique_ptr<Created>> create(const Caller& caller, const Description& description,
                                        const Incoming& incoming);

  /// What stands under the key, else the description's client_id; `proposed` when there is neither,
  /// or it is new. Throws conflict when that recording was deleted for good.
  Task<Claimed> claim(AccountId account, const std::string& idempotency_key,
                      const Description& description, RecordingId proposed);

  Task<Recording> find(AccountId account, RecordingId id);  // throws not_found
  /// The recording that was made with this client_id within a week.
  Task<std::optional<Recording>> find_by_client_id(AccountId account, const std::string& client_id);
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
  /// A URL from which a player can fetch all of it directly: of a complete recording in one blob,
  /// where the store can make one; else nothing. Throws unavailable.
  Task<std::optional<std::string>> share(const Recording& recording, const SharedAs& as,
                                         std::chrono::seconds lifetime);
  /// The bytes from `from` on, then what is appended, until it is complete. Throws as open().
  std::unique_ptr<ByteSource> follow(const Recording& recording, ByteCount from);

  const Options& options() const { return options_; }
  ByteCount free_bytes_min() const { return live_.options().free_bytes_min; }

 private:
  void begin(Recording& recording, const Caller& caller, const Description& description);
  Task<bool> settle_id(Recording& recording, const Incoming& incoming);
  Task<std::unique_ptr<Recording>> find_existing(AccountId account, RecordingId id);
  Task<void> repeat(Created& created, const Incoming& incoming, Intake& intake,
                    const Turns::Turn& turn);
  Task<void> compare(const Recording& existing, const Incoming& incoming);
  Task<bool> was_purged(AccountId account, RecordingId id);

  Catalog& catalog_;
  Blobs& blobs_;
  Env& env_;
  Live& live_;
  const Options options_;
};

}  // namespace tapedeck
