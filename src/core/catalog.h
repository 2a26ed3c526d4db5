// Catalog: the port to the durable facts.
//
// Every method has one linearisation point: before it nothing of the method is visible, after it
// all is, and what a crash leaves from before is garbage that the Sweeper removes. On SQLite that
// is one transaction; on DynamoDB ordered, idempotent writes of which one is the point.
// docs/data.md has the tables. A change is durable when the method returns.
//
// The narrow port holds no rules; Accounts and Recordings hold them once, above it. Times come from
// the caller. Ownership is part of every key: somebody else's recording and none look the same.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "core/account.h"
#include "core/catalog_mode.h"
#include "core/id.h"
#include "core/recording.h"
#include "core/upload.h"

namespace tapedeck {

inline constexpr std::uint32_t no_live_limit = ~std::uint32_t{0};

// ---- what the methods take and give ------------------------------------------------------------

struct NewAccount {
  Account account;
  std::optional<Identity> identity;        // claimed together with the username
  std::optional<Sha256Digest> invitation;  // consumed in the same step
};
enum class [[nodiscard]] AddAccount { added, name_taken, identity_taken, invitation_gone };

/// A token and its account, in the state they are in now; only the byte counters may lag.
struct Credential {
  Token token;
  Account account;
};

struct AccountPage {
  std::vector<Account> accounts;  // by id
  std::optional<AccountId> next;  // pass it on as `after`; nothing at the end
};

/// How many recordings may be live at one time.
struct LiveLimits {
  std::uint32_t account_max = 0;           // of the account
  std::optional<std::uint32_t> token_max;  // of recording.maker
};
enum class [[nodiscard]] AddRecording { added, id_taken, over_quota, too_many_live, no_account };
struct [[nodiscard]] AddRecordingResult {
  AddRecording outcome = AddRecording::added;
  ByteCount bytes_left = 0;  // over_quota: what the account could still take
};

/// One conditional append. A recovered recording that it adds bytes to, or that begins to come
/// directly, is live again: its digest is gone, its version raised, its place in the feed `now`.
struct Append {
  AccountId account;
  RecordingId recording;
  ByteCount from = 0;             // must be the recording's size
  std::vector<Segment> segments;  // adjacent, the first begins at `from`; may be empty to complete
  std::string hash_state;         // Sha256::save() after them
  std::string sniffed_type;       // kept if the recording has none yet
  Time now;
  std::optional<ByteCount> length;  // announced now, if it was not before
  /// Completes the recording: its digest, its state, and settles its reservation. Length and
  /// hash_state stay with a recovered one.
  struct Ending {
    Sha256Digest sha256;
    RecordingState state = RecordingState::ready;
    bool recovered = false;
  };
  std::optional<Ending> ending;
  std::string direct;       // must be the recording's
  std::string next_direct;  // and is this afterwards
};
enum class [[nodiscard]] Advance { done, conflict, gone };
struct [[nodiscard]] AdvanceResult {
  Advance outcome = Advance::done;
  ByteCount size = 0;  // done, conflict: the recording's size now
  /// Done: as find_recording() gives it now, from stores that have it at hand.
  std::optional<Recording> recording;
};

/// Where a page of the listing ends: newest `recorded_at` first, then highest id.
struct ListPosition {
  Time recorded_at;
  RecordingId id;
};
struct ListFilter {
  std::optional<std::string> text;  // in title, note or file name, without case (ASCII)
  std::optional<Time> from, to;     // recorded_at in [from, to)
  std::optional<ShownState> state;  // `trashed` lists the trash; without it the trash is left out
  bool partial = false;  // the pieces for concatenations instead, which else are left out
  std::optional<std::string> tag;
};
struct RecordingPage {
  std::vector<Recording> recordings;  // without tails
  std::optional<ListPosition> next;   // nothing at the end; a page may be short and still have one
};

/// Where a reader of the feed is: every change before it was seen.
struct ChangePosition {
  Time changed_at;
  RecordingId id;
};
struct Change {
  RecordingId id;
  Time changed_at;
  std::optional<Recording> recording;  // as it is now, without its tail; nothing: purged
};
struct ChangePage {
  std::vector<Change> changes;  // in order of (changed_at, id)
  bool more = false;
  ChangePosition next;  // where to go on; set by Recordings, not by the catalog
};

/// Stored. Do not renumber.
enum class DueKind : std::uint8_t {
  purge = 1,   // out of the trash
  finish = 2,  // silent: complete it as recovered; nothing in it, or a partial: remove it
  join = 3,    // complete, of many segments
};

/// Work for the Sweeper, written no later than the fact that makes it due. A hint: whoever acts on
/// it reads the fact again.
struct Due {
  Time at;
  DueKind kind = DueKind::purge;
  AccountId account;
  RecordingId recording;
};

// ---- the port ----------------------------------------------------------------------------------

/// Safe for concurrent use. Every method throws Error{unavailable} (or storage_full for a write)
/// when the store does not answer; the outcome of a write is then unknown, and asking again is
/// safe.
class Catalog {
 public:
  virtual ~Catalog() = default;

  // -- accounts --

  /// Adds the account with its username (unique by fold_username) and identity, and consumes the
  /// invitation, all or nothing.
  virtual Task<AddAccount> add_account(const NewAccount& added) = 0;
  virtual Task<std::optional<Account>> find_account(AccountId id) = 0;
  virtual Task<std::optional<Account>> find_account_by_username(const std::string& username) = 0;
  virtual Task<std::optional<Account>> find_account_by_identity(const Identity& identity) = 0;
  /// Applies the patch; gives the account as it is after. Nothing: there is none.
  virtual Task<std::optional<Account>> change_account(AccountId id, const AccountPatch& patch) = 0;
  /// Removes an account that holds no recording, with its names and tokens. False while it holds
  /// one. Absence is not an error.
  virtual Task<bool> remove_account(AccountId id) = 0;
  virtual Task<AccountPage> list_accounts(std::optional<AccountId> after, std::size_t max) = 0;

  virtual Task<void> add_invitation(const Invitation& invitation) = 0;
  virtual Task<std::optional<Invitation>> find_invitation(const Sha256Digest& secret_hash) = 0;

  // -- tokens --

  /// Throws not_found when there is no such account.
  virtual Task<void> add_token(const Token& token) = 0;
  /// The token with that hash and its account. Expiry and state are the caller's to judge.
  virtual Task<std::optional<Credential>> find_credential(const Sha256Digest& secret_hash) = 0;
  /// All tokens of the account, newest first; at most a few hundred, since Accounts limits them.
  virtual Task<std::vector<Token>> list_tokens(AccountId account) = 0;
  /// False when the account has no such token.
  virtual Task<bool> remove_token(AccountId account, TokenId id) = 0;
  /// Remembers when it was last used. Not an error when it is gone.
  virtual Task<void> touch_token(AccountId account, TokenId id, Time used_at) = 0;

  // -- recordings --

  /// Which recording this key of the account stands for: `proposed` when the key is new, else the
  /// one of the first claim. The recording need not exist yet; a repeat completes it.
  virtual Task<RecordingId> claim(AccountId account, const Sha256Digest& key,
                                  RecordingId proposed) = 0;

  /// Adds a recording: complete with its segments, or live. Its size and reservation are counted
  /// against the quota in the same step, and a live one against the limits. `due`, if any, is
  /// written with it. `no_account`: there is none, or it is closing.
  virtual Task<AddRecordingResult> add_recording(const Recording& recording, std::optional<Due> due,
                                                 LiveLimits limits = {no_live_limit, {}}) = 0;
  virtual Task<std::optional<Recording>> find_recording(AccountId account, RecordingId id) = 0;
  /// Appends if the recording may grow (recording.h), its size is still `append.from` and its
  /// `direct` is `append.direct`; else `conflict`. `gone`: there is no such recording.
  virtual Task<AdvanceResult> advance(const Append& append) = 0;
  /// Raises the recording's reservation to `reserved_bytes`. Gives false when the quota does not
  /// allow it or the recording may not grow.
  virtual Task<bool> reserve(AccountId account, RecordingId id, ByteCount reserved_bytes) = 0;

  /// Applies the patch if the version is still `if_version` (when given); gives the recording as it
  /// is after, its version raised and its place in the feed `now`. Nothing: none, or another
  /// version: find_recording tells which.
  virtual Task<std::optional<Recording>> change_recording(AccountId account, RecordingId id,
                                                          const RecordingPatch& patch,
                                                          std::optional<std::uint64_t> if_version,
                                                          Time now) = 0;
  /// Moves it to the trash, due to be purged at `purge_at`. A live one is completed first as
  /// `recovered` by the caller. Gives it as it is after; trashing twice changes nothing more.
  virtual Task<std::optional<Recording>> trash_recording(AccountId account, RecordingId id,
                                                         Time now, Time purge_at) = 0;
  virtual Task<std::optional<Recording>> restore_recording(AccountId account, RecordingId id,
                                                           Time now) = 0;
  /// Removes a trashed recording: a tombstone takes its place in the feed and the quota is given
  /// back. Its blobs are garbage from then on. False: there is none in the trash.
  virtual Task<bool> purge_recording(AccountId account, RecordingId id, Time now) = 0;
  /// Replaces all segments of a complete recording of that size by these, which hold the same
  /// bytes; at most tail_segments_max. False: it is not complete, or has another size. Not a change
  /// in the sense of the feed.
  virtual Task<bool> join_segments(AccountId account, RecordingId id, ByteCount size,
                                   const std::vector<Segment>& joined) = 0;
  /// Fills in the digest of the whole, of a complete recording that has none.
  virtual Task<void> set_digest(AccountId account, RecordingId id, const Sha256Digest& sha256) = 0;

  /// Segments that end after `from`, in order, at most `max`; those in the tail included.
  virtual Task<std::vector<Segment>> list_segments(AccountId account, RecordingId id,
                                                   ByteCount from, std::size_t max) = 0;
  /// Newest first, after `after`. `now` decides which live ones are interrupted.
  virtual Task<RecordingPage> list_recordings(AccountId account, const ListFilter& filter,
                                              std::optional<ListPosition> after, std::size_t max,
                                              Time now) = 0;
  /// Changes at or after `since`, tombstones included.
  virtual Task<ChangePage> list_changes(AccountId account, ChangePosition since,
                                        std::size_t max) = 0;

  // -- uploads --

  /// Throws not_found when there is no such account.
  virtual Task<void> add_upload(const Upload& upload) = 0;
  virtual Task<std::optional<Upload>> find_upload(const Sha256Digest& secret_hash) = 0;
  /// Absence is not an error.
  virtual Task<void> remove_upload(const Sha256Digest& secret_hash) = 0;
  /// The recording that the key was claimed for, if it was.
  virtual Task<std::optional<RecordingId>> find_claim(AccountId account,
                                                      const Sha256Digest& key) = 0;

  // -- chores --

  virtual Task<void> add_due(const Due& due) = 0;

  /// Work due at or before `until`, oldest first.
  virtual Task<std::vector<Due>> list_due(Time until, std::size_t max) = 0;
  virtual Task<void> remove_due(const Due& due) = 0;
  /// Forgets tombstones, and used-up rows: claims and uploads made before `claims_before`, tokens
  /// and invitations that expired before `expired_before`.
  virtual Task<void> forget(Time tombstones_before, Time claims_before, Time expired_before) = 0;

  /// The secret of that name, `proposed` becoming it when there is none yet: the key that signs
  /// playback URLs and cursors, the same for every server on this store.
  virtual Task<std::string> find_or_add_secret(const std::string& name,
                                               const std::string& proposed) = 0;
  /// What it may be used for; kept in the store, for every server on it. Nobody obeys it here:
  /// GuardedCatalog does.
  virtual Task<CatalogMode> find_mode() = 0;
  virtual Task<void> set_mode(CatalogMode mode) = 0;
  /// A cheap read, for readiness.
  virtual Task<void> ping() = 0;
};

/// Usernames are unique without regard to ASCII case and surrounding space.
std::string fold_username(std::string_view username);

}  // namespace tapedeck
