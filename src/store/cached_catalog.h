// CachedCatalog: remembers the facts that every request asks for: a credential, a recording, and an
// upload.
#pragma once

#include <array>
#include <memory>
#include <mutex>

#include "core/catalog.h"
#include "store/recent.h"

namespace tapedeck {

/// Only for a store that this process alone writes to, through this object: then what is remembered
/// is never older than the last write that returned. A token that was revoked does not work from
/// the moment remove_token returns. Only the byte counters of a credential's account may lag.
///
/// Safe for concurrent use.
class CachedCatalog final : public Catalog {
 public:
  explicit CachedCatalog(std::unique_ptr<Catalog> inner) : inner_(std::move(inner)) {}

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
  Task<std::vector<Segment>> list_segments(AccountId account, RecordingId id, ByteCount from,
                                           std::size_t max) override;
  Task<RecordingPage> list_recordings(AccountId account, const ListFilter& filter,
                                      std::optional<ListPosition> after, std::size_t max,
                                      Time now) override;
  Task<ChangePage> list_changes(AccountId account, ChangePosition since, std::size_t max) override;

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
  struct RecordingKey {
    AccountId account;
    RecordingId recording;
    bool operator==(const RecordingKey&) const = default;
  };
  struct HashOf {
    std::size_t operator()(const RecordingKey& key) const {
      return std::hash<RecordingId>{}(key.recording);
    }
    std::size_t operator()(const Sha256Digest& digest) const {
      return std::hash<std::string_view>{}(view_of(digest));
    }
  };
  /// Counts the writes to what falls on the same place: a read that one of them overlapped is not
  /// remembered, since it may be older.
  using Writes = std::array<std::uint32_t, 8'192>;

  class CredentialWrite;  // forget what a write changes when it ends, however it ends
  class RecordingWrite;
  class UploadRemoval;

  std::unique_ptr<Catalog> inner_;  // Constant after construction.

  std::mutex mutex_;  // Guards all below.
  Recent<Sha256Digest, Credential, HashOf> credentials_{10'000};
  Recent<TokenId, Sha256Digest> secret_hashes_{10'000};
  std::uint64_t credential_writes_ = 0;
  Recent<RecordingKey, Recording, HashOf> recordings_{10'000};
  Writes recording_writes_{};
  Recent<Sha256Digest, Upload, HashOf> uploads_{10'000};
  Writes upload_removals_{};
};

}  // namespace tapedeck
