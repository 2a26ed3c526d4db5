// MemoryCatalog: the facts of one process, for tests and for `serve --memory`.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <tuple>
#include <unordered_map>

#include "core/catalog.h"

namespace tapedeck {

/// Keeps every promise of Catalog except the one about power: it ends with the process.
class MemoryCatalog final : public Catalog {
 public:
  // Accounts: memory_accounts.cc
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

  // Recordings: memory_recordings.cc
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

  // Reading many: memory_listing.cc
  Task<std::vector<Segment>> list_segments(AccountId account, RecordingId id, ByteCount from,
                                           std::size_t max) override;
  Task<RecordingPage> list_recordings(AccountId account, const ListFilter& filter,
                                      std::optional<ListPosition> after, std::size_t max,
                                      Time now) override;
  Task<ChangePage> list_changes(AccountId account, ChangePosition since, std::size_t max) override;

  // Uploads, and chores: memory_chores.cc
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
  struct Row {
    Recording recording;           // with its tail
    std::vector<Segment> spilled;  // what is before the tail
  };
  struct Claim {
    RecordingId recording;
    Time created_at;
  };
  using DueKey = std::tuple<Time, DueKind, AccountId, RecordingId>;
  using RecordingKey = std::pair<AccountId, RecordingId>;

  Account* find(AccountId id);
  Row* find(AccountId account, RecordingId id);
  bool is_within(const LiveLimits& limits, const Recording& added) const;

  // Guarded by mutex_: all of it.
  std::mutex mutex_;
  std::map<AccountId, Account> accounts_;
  std::map<std::string, AccountId> usernames_;
  std::map<Sha256Digest, AccountId> identities_;
  std::map<Sha256Digest, Invitation> invitations_;
  std::map<Sha256Digest, Token> tokens_;
  std::map<RecordingKey, Row> recordings_;
  std::map<RecordingKey, Time> tombstones_;
  std::map<std::pair<AccountId, Sha256Digest>, Claim> claims_;
  std::map<Sha256Digest, Upload> uploads_;
  std::set<DueKey> due_;
  std::map<std::string, std::string> secrets_;
};

}  // namespace tapedeck
