// A Catalog that passes every call on: what stands before another one changes the calls it means.
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/catalog.h"

namespace tapedeck::power {

class ForwardingCatalog : public Catalog {
 public:
  explicit ForwardingCatalog(Catalog& inner) : inner_(inner) {}

  Task<AddAccount> add_account(const NewAccount& added) override {
    return change(inner_.add_account(added));
  }
  Task<std::optional<Account>> find_account(AccountId id) override {
    return inner_.find_account(id);
  }
  Task<std::optional<Account>> find_account_by_username(const std::string& username) override {
    return inner_.find_account_by_username(username);
  }
  Task<std::optional<Account>> find_account_by_identity(const Identity& identity) override {
    return inner_.find_account_by_identity(identity);
  }
  Task<std::optional<Account>> change_account(AccountId id, const AccountPatch& patch) override {
    return change(inner_.change_account(id, patch));
  }
  Task<bool> remove_account(AccountId id) override { return change(inner_.remove_account(id)); }
  Task<AccountPage> list_accounts(std::optional<AccountId> after, std::size_t max) override {
    return inner_.list_accounts(after, max);
  }
  Task<void> add_invitation(const Invitation& invitation) override {
    return change(inner_.add_invitation(invitation));
  }
  Task<std::optional<Invitation>> find_invitation(const Sha256Digest& secret_hash) override {
    return inner_.find_invitation(secret_hash);
  }
  Task<void> add_token(const Token& token) override { return change(inner_.add_token(token)); }
  Task<std::optional<Credential>> find_credential(const Sha256Digest& secret_hash) override {
    return inner_.find_credential(secret_hash);
  }
  Task<std::vector<Token>> list_tokens(AccountId account) override {
    return inner_.list_tokens(account);
  }
  Task<bool> remove_token(AccountId account, TokenId id) override {
    return change(inner_.remove_token(account, id));
  }
  Task<void> touch_token(AccountId account, TokenId id, Time used_at) override {
    return change(inner_.touch_token(account, id, used_at));
  }
  Task<RecordingId> claim(AccountId account, const Sha256Digest& key,
                          RecordingId proposed) override {
    return change(inner_.claim(account, key, proposed));
  }
  Task<AddRecordingResult> add_recording(const Recording& recording, std::optional<Due> due,
                                         LiveLimits limits) override {
    return change(inner_.add_recording(recording, due, limits));
  }
  Task<std::optional<Recording>> find_recording(AccountId account, RecordingId id) override {
    return inner_.find_recording(account, id);
  }
  Task<AdvanceResult> advance(const Append& append) override {
    return change(inner_.advance(append));
  }
  Task<bool> reserve(AccountId account, RecordingId id, ByteCount reserved_bytes) override {
    return change(inner_.reserve(account, id, reserved_bytes));
  }
  Task<std::optional<Recording>> change_recording(AccountId account, RecordingId id,
                                                  const RecordingPatch& patch,
                                                  std::optional<std::uint64_t> if_version,
                                                  Time now) override {
    return change(inner_.change_recording(account, id, patch, if_version, now));
  }
  Task<std::optional<Recording>> trash_recording(AccountId account, RecordingId id, Time now,
                                                 Time purge_at) override {
    return change(inner_.trash_recording(account, id, now, purge_at));
  }
  Task<std::optional<Recording>> restore_recording(AccountId account, RecordingId id,
                                                   Time now) override {
    return change(inner_.restore_recording(account, id, now));
  }
  Task<bool> purge_recording(AccountId account, RecordingId id, Time now) override {
    return change(inner_.purge_recording(account, id, now));
  }
  Task<bool> join_segments(AccountId account, RecordingId id, ByteCount size,
                           const std::vector<Segment>& joined) override {
    return change(inner_.join_segments(account, id, size, joined));
  }
  Task<void> set_digest(AccountId account, RecordingId id, const Sha256Digest& sha256) override {
    return change(inner_.set_digest(account, id, sha256));
  }
  Task<std::vector<Segment>> list_segments(AccountId account, RecordingId id, ByteCount from,
                                           std::size_t max) override {
    return inner_.list_segments(account, id, from, max);
  }
  Task<RecordingPage> list_recordings(AccountId account, const ListFilter& filter,
                                      std::optional<ListPosition> after, std::size_t max,
                                      Time now) override {
    return inner_.list_recordings(account, filter, after, max, now);
  }
  Task<ChangePage> list_changes(AccountId account, ChangePosition since, std::size_t max) override {
    return inner_.list_changes(account, since, max);
  }
  Task<void> add_upload(const Upload& upload) override { return change(inner_.add_upload(upload)); }
  Task<std::optional<Upload>> find_upload(const Sha256Digest& secret_hash) override {
    return inner_.find_upload(secret_hash);
  }
  Task<void> remove_upload(const Sha256Digest& secret_hash) override {
    return change(inner_.remove_upload(secret_hash));
  }
  Task<std::optional<RecordingId>> find_claim(AccountId account, const Sha256Digest& key) override {
    return inner_.find_claim(account, key);
  }
  Task<void> add_due(const Due& due) override { return change(inner_.add_due(due)); }
  Task<std::vector<Due>> list_due(Time until, std::size_t max) override {
    return inner_.list_due(until, max);
  }
  Task<void> remove_due(const Due& due) override { return change(inner_.remove_due(due)); }
  Task<void> forget(Time tombstones_before, Time claims_before, Time expired_before) override {
    return change(inner_.forget(tombstones_before, claims_before, expired_before));
  }
  Task<std::string> find_or_add_secret(const std::string& name,
                                       const std::string& proposed) override {
    return change(inner_.find_or_add_secret(name, proposed));
  }
  Task<CatalogMode> find_mode() override { return inner_.find_mode(); }
  Task<void> set_mode(CatalogMode mode) override { return change(inner_.set_mode(mode)); }
  Task<void> ping() override { return inner_.ping(); }

 protected:
  /// Before a change is asked for, and after it was made.
  virtual Task<void> before_change() { co_return; }
  virtual Task<void> after_change() { co_return; }

  Catalog& inner_;

 private:
  template <class T>
  Task<T> change(Task<T> call) {
    co_await before_change();
    if constexpr (std::is_void_v<T>) {
      co_await std::move(call);
      co_await after_change();
    } else {
      T value = co_await std::move(call);
      co_await after_change();
      co_return value;
    }
  }
};

/// Every change is followed by one that changes nothing: when that is done the writer has finished
/// a checkpoint that the first made due. So a log is the same each time that it is made.
class SettledCatalog final : public ForwardingCatalog {
 public:
  using ForwardingCatalog::ForwardingCatalog;

 private:
  Task<void> after_change() override {
    Due nothing;
    co_await inner_.remove_due(nothing);
  }
};

}  // namespace tapedeck::power
