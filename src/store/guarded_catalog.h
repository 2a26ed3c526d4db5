// GuardedCatalog: what stands before a catalog so that it can be made read-only while servers use
// it. docs/data.md, "Moving".
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/env.h"
#include "core/catalog.h"

namespace tapedeck {

/// While the mode is not `open`, whatever would change a fact throws Error{read_only}, and nothing
/// was changed; reading goes on, and notes of when a token was used are dropped. A change by
/// another server is noticed within `mode_noticed`.
///
/// Safe for concurrent use.
class GuardedCatalog final : public Catalog {
 public:
  static constexpr Millis mode_noticed{1'000};

  /// `env` must outlive it.
  GuardedCatalog(std::shared_ptr<Catalog> inner, Env& env) : inner_(std::move(inner)), env_(env) {}

  Task<AddAccount> add_account(const NewAccount& added) override {
    return guard(inner_->add_account(added));
  }
  Task<std::optional<Account>> find_account(AccountId id) override {
    return inner_->find_account(id);
  }
  Task<std::optional<Account>> find_account_by_username(const std::string& username) override {
    return inner_->find_account_by_username(username);
  }
  Task<std::optional<Account>> find_account_by_identity(const Identity& identity) override {
    return inner_->find_account_by_identity(identity);
  }
  Task<std::optional<Account>> change_account(AccountId id, const AccountPatch& patch) override {
    return guard(inner_->change_account(id, patch));
  }
  Task<bool> remove_account(AccountId id) override { return guard(inner_->remove_account(id)); }
  Task<AccountPage> list_accounts(std::optional<AccountId> after, std::size_t max) override {
    return inner_->list_accounts(after, max);
  }
  Task<void> add_invitation(const Invitation& invitation) override {
    return guard(inner_->add_invitation(invitation));
  }
  Task<std::optional<Invitation>> find_invitation(const Sha256Digest& secret_hash) override {
    return inner_->find_invitation(secret_hash);
  }
  Task<void> add_token(const Token& token) override { return guard(inner_->add_token(token)); }
  Task<std::optional<Credential>> find_credential(const Sha256Digest& secret_hash) override {
    return inner_->find_credential(secret_hash);
  }
  Task<std::vector<Token>> list_tokens(AccountId account) override {
    return inner_->list_tokens(account);
  }
  Task<bool> remove_token(AccountId account, TokenId id) override {
    return guard(inner_->remove_token(account, id));
  }
  Task<void> touch_token(AccountId account, TokenId id, Time used_at) override {
    return touch(account, id, used_at);
  }
  Task<RecordingId> claim(AccountId account, const Sha256Digest& key,
                          RecordingId proposed) override {
    return guard(inner_->claim(account, key, proposed));
  }
  Task<AddRecordingResult> add_recording(const Recording& recording, std::optional<Due> due,
                                         LiveLimits limits) override {
    return guard(inner_->add_recording(recording, due, limits));
  }
  Task<std::optional<Recording>> find_recording(AccountId account, RecordingId id) override {
    return inner_->find_recording(account, id);
  }
  Task<AdvanceResult> advance(const Append& append) override {
    return guard(inner_->advance(append));
  }
  Task<bool> reserve(AccountId account, RecordingId id, ByteCount reserved_bytes) override {
    return guard(inner_->reserve(account, id, reserved_bytes));
  }
  Task<std::optional<Recording>> change_recording(AccountId account, RecordingId id,
                                                  const RecordingPatch& patch,
                                                  std::optional<std::uint64_t> if_version,
                                                  Time now) override {
    return guard(inner_->change_recording(account, id, patch, if_version, now));
  }
  Task<std::optional<Recording>> trash_recording(AccountId account, RecordingId id, Time now,
                                                 Time purge_at) override {
    return guard(inner_->trash_recording(account, id, now, purge_at));
  }
  Task<std::optional<Recording>> restore_recording(AccountId account, RecordingId id,
                                                   Time now) override {
    return guard(inner_->restore_recording(account, id, now));
  }
  Task<bool> purge_recording(AccountId account, RecordingId id, Time now) override {
    return guard(inner_->purge_recording(account, id, now));
  }
  Task<bool> join_segments(AccountId account, RecordingId id, ByteCount size,
                           const std::vector<Segment>& joined) override {
    return guard(inner_->join_segments(account, id, size, joined));
  }
  Task<void> set_digest(AccountId account, RecordingId id, const Sha256Digest& sha256) override {
    return guard(inner_->set_digest(account, id, sha256));
  }
  Task<std::vector<Segment>> list_segments(AccountId account, RecordingId id, ByteCount from,
                                           std::size_t max) override {
    return inner_->list_segments(account, id, from, max);
  }
  Task<RecordingPage> list_recordings(AccountId account, const ListFilter& filter,
                                      std::optional<ListPosition> after, std::size_t max,
                                      Time now) override {
    return inner_->list_recordings(account, filter, after, max, now);
  }
  Task<ChangePage> list_changes(AccountId account, ChangePosition since, std::size_t max) override {
    return inner_->list_changes(account, since, max);
  }
  Task<void> add_upload(const Upload& upload) override { return guard(inner_->add_upload(upload)); }
  Task<std::optional<Upload>> find_upload(const Sha256Digest& secret_hash) override {
    return inner_->find_upload(secret_hash);
  }
  Task<void> remove_upload(const Sha256Digest& secret_hash) override {
    return guard(inner_->remove_upload(secret_hash));
  }
  Task<std::optional<RecordingId>> find_claim(AccountId account, const Sha256Digest& key) override {
    return inner_->find_claim(account, key);
  }
  Task<void> add_due(const Due& due) override { return guard(inner_->add_due(due)); }
  Task<std::vector<Due>> list_due(Time until, std::size_t max) override {
    return inner_->list_due(until, max);
  }
  Task<void> remove_due(const Due& due) override { return guard(inner_->remove_due(due)); }
  Task<void> forget(Time tombstones_before, Time claims_before, Time expired_before) override {
    return guard(inner_->forget(tombstones_before, claims_before, expired_before));
  }
  Task<std::string> find_or_add_secret(const std::string& name,
                                       const std::string& proposed) override {
    return inner_->find_or_add_secret(name, proposed);  // a moved catalog has them all
  }
  Task<CatalogMode> find_mode() override { return inner_->find_mode(); }
  /// Made read-only: on return no write through this object is under way, and none follows.
  Task<void> set_mode(CatalogMode mode) override;
  Task<void> ping() override { return inner_->ping(); }

 private:
  /// Counted while it lives.
  struct Writing {
    explicit Writing(std::atomic<std::size_t>& c) : count(c) { ++count; }
    ~Writing() { --count; }
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;
    std::atomic<std::size_t>& count;
  };

  template <class T>
  Task<T> guard(Task<T> write) {
    Writing writing(writing_);
    co_await refuse_when_closed();
    if constexpr (std::is_void_v<T>) {
      co_await std::move(write);
    } else {
      T result = co_await std::move(write);
      co_return result;
    }
  }
  Task<void> touch(AccountId account, TokenId id, Time used_at);
  Task<void> refuse_when_closed();
  std::optional<CatalogMode> known_mode();
  void know(CatalogMode mode);

  const std::shared_ptr<Catalog> inner_;
  Env& env_;
  std::atomic<std::size_t> writing_{0};
  std::atomic<bool> closing_{false};  // set_mode() is under way

  std::mutex mutex_;  // Guards what follows.
  CatalogMode mode_ = CatalogMode::open;
  std::optional<Time> looked_at_;
};

}  // namespace tapedeck
