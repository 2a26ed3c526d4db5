#include "store/cached_catalog.h"

namespace tapedeck {

/// Of one token, or (nothing) of any.
class CachedCatalog::CredentialWrite {
 public:
  CredentialWrite(CachedCatalog& cache, std::optional<TokenId> token)
      : cache_(cache), token_(token) {}
  ~CredentialWrite() {
    std::lock_guard lock(cache_.mutex_);
    ++cache_.credential_writes_;
    if (!token_) {
      cache_.credentials_.clear();
      cache_.secret_hashes_.clear();
    } else if (const auto* hash = cache_.secret_hashes_.find(*token_)) {
      cache_.credentials_.erase(*hash);
    }
  }
  CredentialWrite(const CredentialWrite&) = delete;
  CredentialWrite& operator=(const CredentialWrite&) = delete;

 private:
  CachedCatalog& cache_;
  std::optional<TokenId> token_;
};

class CachedCatalog::RecordingWrite {
 public:
  RecordingWrite(CachedCatalog& cache, AccountId account, RecordingId id)
      : cache_(cache), key_{account, id} {}
  ~RecordingWrite() {
    std::lock_guard lock(cache_.mutex_);
    ++cache_.recording_writes_[HashOf{}(key_) % cache_.recording_writes_.size()];
    cache_.recordings_.erase(key_);
  }
  RecordingWrite(const RecordingWrite&) = delete;
  RecordingWrite& operator=(const RecordingWrite&) = delete;

 private:
  CachedCatalog& cache_;
  RecordingKey key_;
};

/// Of one upload, or (nothing) of any. An upload is never changed, so adding forgets nothing.
class CachedCatalog::UploadRemoval {
 public:
  UploadRemoval(CachedCatalog& cache, std::optional<Sha256Digest> secret_hash)
      : cache_(cache), secret_hash_(secret_hash) {}
  ~UploadRemoval() {
    std::lock_guard lock(cache_.mutex_);
    auto& removals = cache_.upload_removals_;
    if (secret_hash_) {
      ++removals[HashOf{}(*secret_hash_) % removals.size()];
      cache_.uploads_.erase(*secret_hash_);
    } else {
      for (auto& counter : removals) ++counter;
      cache_.uploads_.clear();
    }
  }
  UploadRemoval(const UploadRemoval&) = delete;
  UploadRemoval& operator=(const UploadRemoval&) = delete;

 private:
  CachedCatalog& cache_;
  std::optional<Sha256Digest> secret_hash_;
};

// ---- what is remembered ------------------------------------------------------------------------

Task<std::optional<Credential>> CachedCatalog::find_credential(const Sha256Digest& secret_hash) {
  std::uint64_t writes = 0;
  {
    std::lock_guard lock(mutex_);
    if (const auto* known = credentials_.find(secret_hash)) co_return *known;
    writes = credential_writes_;
  }
  auto found = co_await inner_->find_credential(secret_hash);
  if (!found) co_return found;  // a wrong guess is not worth a place
  std::lock_guard lock(mutex_);
  if (writes != credential_writes_) co_return found;
  credentials_.put(secret_hash, *found);
  secret_hashes_.put(found->token.id, secret_hash);
  co_return found;
}

Task<std::optional<Recording>> CachedCatalog::find_recording(AccountId account, RecordingId id) {
  RecordingKey key{account, id};
  auto& counter = recording_writes_[HashOf{}(key) % recording_writes_.size()];
  std::uint64_t writes = 0;
  {
    std::lock_guard lock(mutex_);
    if (const auto* known = recordings_.find(key)) co_return *known;
    writes = counter;
  }
  auto found = co_await inner_->find_recording(account, id);
  if (!found) co_return found;
  std::lock_guard lock(mutex_);
  if (writes == counter) recordings_.put(key, *found);
  co_return found;
}

Task<std::optional<Upload>> CachedCatalog::find_upload(const Sha256Digest& secret_hash) {
  auto& counter = upload_removals_[HashOf{}(secret_hash) % upload_removals_.size()];
  std::uint64_t removals = 0;
  {
    std::lock_guard lock(mutex_);
    if (const auto* known = uploads_.find(secret_hash)) co_return *known;
    removals = counter;
  }
  auto found = co_await inner_->find_upload(secret_hash);
  if (!found) co_return found;
  std::lock_guard lock(mutex_);
  if (removals == counter) uploads_.put(secret_hash, *found);
  co_return found;
}

// ---- writes that change it ---------------------------------------------------------------------

Task<std::optional<Account>> CachedCatalog::change_account(AccountId id,
                                                           const AccountPatch& patch) {
  CredentialWrite write(*this, std::nullopt);
  co_return co_await inner_->change_account(id, patch);
}

Task<bool> CachedCatalog::remove_account(AccountId id) {
  CredentialWrite write(*this, std::nullopt);
  co_return co_await inner_->remove_account(id);
}

Task<bool> CachedCatalog::remove_token(AccountId account, TokenId id) {
  CredentialWrite write(*this, id);
  co_return co_await inner_->remove_token(account, id);
}

Task<void> CachedCatalog::touch_token(AccountId account, TokenId id, Time used_at) {
  CredentialWrite write(*this, id);
  co_await inner_->touch_token(account, id, used_at);
}

Task<void> CachedCatalog::forget(Time tombstones_before, Time claims_before, Time expired_before) {
  CredentialWrite write(*this, std::nullopt);  // it removes expired tokens
  UploadRemoval removal(*this, std::nullopt);  // and old uploads
  co_await inner_->forget(tombstones_before, claims_before, expired_before);
}

Task<void> CachedCatalog::remove_upload(const Sha256Digest& secret_hash) {
  UploadRemoval removal(*this, secret_hash);
  co_await inner_->remove_upload(secret_hash);
}

Task<AddRecordingResult> CachedCatalog::add_recording(const Recording& recording,
                                                      std::optional<Due> due, LiveLimits limits) {
  RecordingWrite write(*this, recording.account, recording.id);
  co_return co_await inner_->add_recording(recording, due, limits);
}

Task<AdvanceResult> CachedCatalog::advance(const Append& append) {
  RecordingKey key{append.account, append.recording};
  auto& counter = recording_writes_[HashOf{}(key) % recording_writes_.size()];
  std::uint64_t writes = 0;
  {
    std::lock_guard lock(mutex_);
    writes = counter;
  }
  AdvanceResult result;
  {
    RecordingWrite write(*this, append.account, append.recording);
    result = co_await inner_->advance(append);
  }
  std::lock_guard lock(mutex_);
  bool is_only_write = counter == writes + 1;
  if (is_only_write && result.recording) recordings_.put(key, *result.recording);
  co_return result;
}

Task<bool> CachedCatalog::reserve(AccountId account, RecordingId id, ByteCount reserved_bytes) {
  RecordingWrite write(*this, account, id);
  co_return co_await inner_->reserve(account, id, reserved_bytes);
}

Task<std::optional<Recording>> CachedCatalog::change_recording(
    AccountId account, RecordingId id, const RecordingPatch& patch,
    std::optional<std::uint64_t> if_version, Time now) {
  RecordingWrite write(*this, account, id);
  co_return co_await inner_->change_recording(account, id, patch, if_version, now);
}

Task<std::optional<Recording>> CachedCatalog::trash_recording(AccountId account, RecordingId id,
                                                              Time now, Time purge_at) {
  RecordingWrite write(*this, account, id);
  co_return co_await inner_->trash_recording(account, id, now, purge_at);
}

Task<std::optional<Recording>> CachedCatalog::restore_recording(AccountId account, RecordingId id,
                                                                Time now) {
  RecordingWrite write(*this, account, id);
  co_return co_await inner_->restore_recording(account, id, now);
}

Task<bool> CachedCatalog::purge_recording(AccountId account, RecordingId id, Time now) {
  RecordingWrite write(*this, account, id);
  co_return co_await inner_->purge_recording(account, id, now);
}

Task<bool> CachedCatalog::join_segments(AccountId account, RecordingId id, ByteCount size,
                                        const std::vector<Segment>& joined) {
  RecordingWrite write(*this, account, id);
  co_return co_await inner_->join_segments(account, id, size, joined);
}

Task<void> CachedCatalog::set_digest(AccountId account, RecordingId id,
                                     const Sha256Digest& sha256) {
  RecordingWrite write(*this, account, id);
  co_await inner_->set_digest(account, id, sha256);
}

// ---- passed on ---------------------------------------------------------------------------------

Task<AddAccount> CachedCatalog::add_account(const NewAccount& added) {
  return inner_->add_account(added);
}
Task<std::optional<Account>> CachedCatalog::find_account(AccountId id) {
  return inner_->find_account(id);
}
Task<std::optional<Account>> CachedCatalog::find_account_by_username(const std::string& username) {
  return inner_->find_account_by_username(username);
}
Task<std::optional<Account>> CachedCatalog::find_account_by_identity(const Identity& identity) {
  return inner_->find_account_by_identity(identity);
}
Task<AccountPage> CachedCatalog::list_accounts(std::optional<AccountId> after, std::size_t max) {
  return inner_->list_accounts(after, max);
}
Task<void> CachedCatalog::add_invitation(const Invitation& invitation) {
  return inner_->add_invitation(invitation);
}
Task<std::optional<Invitation>> CachedCatalog::find_invitation(const Sha256Digest& secret_hash) {
  return inner_->find_invitation(secret_hash);
}
Task<void> CachedCatalog::add_token(const Token& token) {
  return inner_->add_token(token);
}
Task<std::vector<Token>> CachedCatalog::list_tokens(AccountId account) {
  return inner_->list_tokens(account);
}
Task<RecordingId> CachedCatalog::claim(AccountId account, const Sha256Digest& key,
                                       RecordingId proposed) {
  return inner_->claim(account, key, proposed);
}
Task<std::vector<Segment>> CachedCatalog::list_segments(AccountId account, RecordingId id,
                                                        ByteCount from, std::size_t max) {
  return inner_->list_segments(account, id, from, max);
}
Task<RecordingPage> CachedCatalog::list_recordings(AccountId account, const ListFilter& filter,
                                                   std::optional<ListPosition> after,
                                                   std::size_t max, Time now) {
  return inner_->list_recordings(account, filter, after, max, now);
}
Task<ChangePage> CachedCatalog::list_changes(AccountId account, ChangePosition since,
                                             std::size_t max) {
  return inner_->list_changes(account, since, max);
}
Task<void> CachedCatalog::add_upload(const Upload& upload) {
  return inner_->add_upload(upload);
}
Task<std::optional<RecordingId>> CachedCatalog::find_claim(AccountId account,
                                                           const Sha256Digest& key) {
  return inner_->find_claim(account, key);
}
Task<void> CachedCatalog::add_due(const Due& due) {
  return inner_->add_due(due);
}
Task<std::vector<Due>> CachedCatalog::list_due(Time until, std::size_t max) {
  return inner_->list_due(until, max);
}
Task<void> CachedCatalog::remove_due(const Due& due) {
  return inner_->remove_due(due);
}
Task<std::string> CachedCatalog::find_or_add_secret(const std::string& name,
                                                    const std::string& proposed) {
  return inner_->find_or_add_secret(name, proposed);
}
Task<CatalogMode> CachedCatalog::find_mode() {
  return inner_->find_mode();
}
Task<void> CachedCatalog::set_mode(CatalogMode mode) {
  return inner_->set_mode(mode);
}
Task<void> CachedCatalog::ping() {
  return inner_->ping();
}

}  // namespace tapedeck
