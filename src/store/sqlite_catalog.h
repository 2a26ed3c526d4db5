// SqliteCatalog: the facts in one SQLite database; docs/data.md has the tables.
#pragma once

#include <string>

#include "base/log.h"
#include "core/catalog.h"
#include "store/live_bounds.h"
#include "store/sqlite_readers.h"
#include "store/sqlite_writer.h"

namespace tapedeck {

/// Each change is one transaction on the writer's thread, durable when the method returns. One
/// process at a time may open a database to change it: DataFolder sees to that.
class SqliteCatalog final : public Catalog {
 public:
  struct Options {
    std::string path;                  // of tapedeck.db; its folder must exist
    std::string vfs;                   // the name of a registered VFS; empty: the system's
    std::size_t readers = 2;           // threads and connections; 0: as SqliteReaders
    std::size_t examined_max = 5'000;  // rows that one page of a filtered list may look at
    int checkpoint_frames = 1'024;     // as SqliteWriter's, and
    Millis idle_time{500};             // this too
  };

  /// Opens the database, making or migrating its tables. Blocks. Throws Error{conflict} for a newer
  /// schema, unavailable, storage_full.
  SqliteCatalog(Options options, Log& log);

  // Accounts: sqlite_accounts.cc and sqlite_tokens.cc
  Task<AddAccount> add_account(const NewAccount& added) override;
  Task<std::optional<Account>> find_account(AccountId id) override;
  Task<std::optional<Account>> find_account_by_username(const std::string& username) override;
  Task<std::optional<Account>> find_account_by_identity(const Identity& identity) override;
  Task<std::optional<Account>> change_account(AccountId id, const AccountPatch& patch) override;
  Task<bool> remove_account(AccountId id) override;
  Task<AccountPage> list_accounts(std::optional<AccountId> after, std::size_t max) override;
  Task<void> add_invitation(const Invitation& invitation) override;
  Task<std::optional<Invitation>> find_invitation(const Sha256Digest& secret_hash) override;
  Task<void> add_token(const Token& token) override;
  Task<std::optional<Credential>> find_credential(const Sha256Digest& secret_hash) override;
  Task<std::vector<Token>> list_tokens(AccountId account) override;
  Task<bool> remove_token(AccountId account, TokenId id) override;
  Task<void> touch_token(AccountId account, TokenId id, Time used_at) override;

  // Recordings: sqlite_recordings.cc and sqlite_appends.cc
  Task<RecordingId> claim(AccountId account, const Sha256Digest& key,
                          RecordingId proposed) override;
  Task<AddRecordingResult> add_recording(const Recording& recording, std::optional<Due> due,
                                         LiveLimits limits) override;
  Task<std::optional<Recording>> find_recording(AccountId account, RecordingId id) override;
  Task<AdvanceResult> advance(const Append& append) override;
  Task<bool> reserve(AccountId account, RecordingId id, ByteCount reserved_bytes) override;
  Task<std::optional<Recording>> change_recording(AccountId account, RecordingId id,
                                                  const RecordingPatch& patch,
                                                  std::optional<std::uint64_t> if_version,
                                                  Time now) override;
  Task<std::optional<Recording>> trash_recording(AccountId account, RecordingId id, Time now,
                                                 Time purge_at) override;
  Task<std::optional<Recording>> restore_recording(AccountId account, RecordingId id,
                                                   Time now) override;
  Task<bool> purge_recording(AccountId account, RecordingId id, Time now) override;
  Task<bool> join_segments(AccountId account, RecordingId id, ByteCount size,
                           const std::vector<Segment>& joined) override;
  Task<void> set_digest(AccountId account, RecordingId id, const Sha256Digest& sha256) override;

  // Reading many: sqlite_listing.cc
  Task<std::vector<Segment>> list_segments(AccountId account, RecordingId id, ByteCount from,
                                           std::size_t max) override;
  Task<RecordingPage> list_recordings(AccountId account, const ListFilter& filter,
                                      std::optional<ListPosition> after, std::size_t max,
                                      Time now) override;
  Task<ChangePage> list_changes(AccountId account, ChangePosition since, std::size_t max) override;

  // Uploads: sqlite_uploads.cc; chores: sqlite_chores.cc
  Task<void> add_upload(const Upload& upload) override;
  Task<std::optional<Upload>> find_upload(const Sha256Digest& secret_hash) override;
  Task<void> remove_upload(const Sha256Digest& secret_hash) override;
  Task<std::optional<RecordingId>> find_claim(AccountId account, const Sha256Digest& key) override;
  Task<void> add_due(const Due& due) override;
  Task<std::vector<Due>> list_due(Time until, std::size_t max) override;
  Task<void> remove_due(const Due& due) override;
  Task<void> forget(Time tombstones_before, Time claims_before, Time expired_before) override;
  Task<std::string> find_or_add_secret(const std::string& name,
                                       const std::string& proposed) override;
  Task<CatalogMode> find_mode() override;
  Task<void> set_mode(CatalogMode mode) override;
  Task<void> ping() override;

 private:
  const Options options_;
  LiveBounds live_;      // only the writer's jobs use it
  SqliteWriter writer_;  // opened first: it makes the tables; closed last: it empties the WAL
  SqliteReaders readers_;
};

}  // namespace tapedeck
