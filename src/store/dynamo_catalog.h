// DynamoCatalog: the facts in one table of DynamoDB, of ScyllaDB's Alternator, or of dynalite;
// docs/data.md has the items, and which write makes what true.
#pragma once

#include <map>
#include <string>

#include "core/catalog.h"
#include "store/dynamo_agenda.h"
#include "store/dynamo_client.h"
#include "store/dynamo_store.h"

namespace tapedeck {

/// Any number of servers may use one table. The table must have been made (dynamo_table.h).
class DynamoCatalog final : public Catalog {
 public:
  struct Options {
    std::size_t examined_max = 5'000;  // rows that one page of a filtered list may look at
  };

  /// The client and env must outlive it.
  DynamoCatalog(DynamoClient& client, Env& env, Options options);

  // Accounts: dynamo_accounts.cc and dynamo_tokens.cc
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

  // Recordings: dynamo_recordings.cc and dynamo_appends.cc
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

  // Reading many: dynamo_listing.cc
  Task<std::vector<Segment>> list_segments(AccountId account, RecordingId id, ByteCount from,
                                           std::size_t max) override;
  Task<RecordingPage> list_recordings(AccountId account, const ListFilter& filter,
                                      std::optional<ListPosition> after, std::size_t max,
                                      Time now) override;
  Task<ChangePage> list_changes(AccountId account, ChangePosition since, std::size_t max) override;

  // Uploads: dynamo_uploads.cc; chores: dynamo_chores.cc
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
  // dynamo_accounts.cc
  Task<bool> has_come_to_be(AccountId account);
  Task<bool> claim_name(const DynamoKey& key, AccountId account);
  Task<void> release_name(const DynamoKey& key, AccountId account);
  Task<bool> take_invitation(const Sha256Digest& secret_hash, AccountId account);
  Task<AddAccount> claim_and_add(const NewAccount& added);
  Task<std::optional<Account>> find_named(const DynamoKey& key);
  Task<bool> holds_recordings(AccountId account);
  Task<bool> leave(AccountId account, bool leaving);
  Task<void> erase_account(const DynamoAccount& account);
  Task<void> count_exactly(DynamoAccount& row);
  Task<std::map<AccountId, DynamoAccount>> find_rows(const std::map<AccountId, DynamoKey>& keys);
  Task<void> resolve_old_holds(std::map<AccountId, DynamoAccount>& rows);
  Task<DynamoItem> make_void(AccountId account);
  Task<bool> mark_gone(const DynamoKey& key);
  // dynamo_tokens.cc
  Task<bool> remove_token_item(const Sha256Digest& secret_hash);
  // dynamo_appends.cc
  Task<TakeHoldResult> hold_for(const DynamoRecording& before, const DynamoRecording& after);
  // dynamo_recordings.cc
  Task<std::optional<Recording>> set_trashed(AccountId account, RecordingId id,
                                             std::optional<Time> trashed_at, Time now,
                                             std::optional<Time> purge_at);
  // dynamo_listing.cc
  Task<void> fill_in_growth(std::vector<DynamoRecording>& rows);
  // dynamo_chores.cc
  Task<void> forget_all(Agenda agenda, Time before, const std::string& field);
  Task<void> forget_one(Agenda agenda, const AgendaEntry& entry, Time before,
                        const std::string& field);

  DynamoClient& client_;
  Env& env_;
  const Options options_;
  DynamoAgenda agenda_;
  DynamoStore store_;
};

}  // namespace tapedeck
