// Both ports with a fault at one chosen call: before its effect, or after it.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "core/blobs.h"
#include "core/catalog.h"

namespace tapedeck {

/// Counts the calls of both ports; the chosen one throws unavailable.
struct Faults {
  enum class When { never, before, after };
  When when = When::never;
  int at = 0;  // the first call is 1
  std::atomic<int> calls = 0;

  void arm(When w, int call) {
    when = w;
    at = call;
    calls = 0;
  }
  void disarm() { when = When::never; }

  template <class T>
  Task<T> around(Task<T> call) {
    auto number = ++calls;
    if (when == When::before && number == at) fail();
    if constexpr (std::is_void_v<T>) {
      co_await std::move(call);
      if (when == When::after && number == at) fail();
    } else {
      T value = co_await std::move(call);
      if (when == When::after && number == at) fail();
      co_return value;
    }
  }

 private:
  [[noreturn]] static void fail() { throw Error(Fault::unavailable, "injected"); }
};

class FaultyCatalog final : public Catalog {
 public:
  FaultyCatalog(Catalog& inner, Faults& faults) : inner_(inner), faults_(faults) {}

  Task<AddAccount> add_account(const NewAccount& added) override {
    return faults_.around(inner_.add_account(added));
  }
  Task<std::optional<Account>> find_account(AccountId id) override {
    return faults_.around(inner_.find_account(id));
  }
  Task<std::optional<Account>> find_account_by_username(const std::string& username) override {
    return faults_.around(inner_.find_account_by_username(username));
  }
  Task<std::optional<Account>> find_account_by_identity(const Identity& identity) override {
    return faults_.around(inner_.find_account_by_identity(identity));
  }
  Task<std::optional<Account>> change_account(AccountId id, const AccountPatch& patch) override {
    return faults_.around(inner_.change_account(id, patch));
  }
  Task<bool> remove_account(AccountId id) override {
    return faults_.around(inner_.remove_account(id));
  }
  Task<AccountPage> list_accounts(std::optional<AccountId> after, std::size_t max) override {
    return faults_.around(inner_.list_accounts(after, max));
  }
  Task<void> add_invitation(const Invitation& invitation) override {
    return faults_.around(inner_.add_invitation(invitation));
  }
  Task<std::optional<Invitation>> find_invitation(const Sha256Digest& secret_hash) override {
    return faults_.around(inner_.find_invitation(secret_hash));
  }
  Task<void> add_token(const Token& token) override {
    return faults_.around(inner_.add_token(token));
  }
  Task<std::optional<Credential>> find_credential(const Sha256Digest& secret_hash) override {
    return faults_.around(inner_.find_credential(secret_hash));
  }
  Task<std::vector<Token>> list_tokens(AccountId account) override {
    return faults_.around(inner_.list_tokens(account));
  }
  Task<bool> remove_token(AccountId account, TokenId id) override {
    return faults_.around(inner_.remove_token(account, id));
  }
  Task<void> touch_token(AccountId account, TokenId id, Time used_at) override {
    return faults_.around(inner_.touch_token(account, id, used_at));
  }
  Task<RecordingId> claim(AccountId account, const Sha256Digest& key,
                          RecordingId proposed) override {
    return faults_.around(inner_.claim(account, key, proposed));
  }
  Task<AddRecordingResult> add_recording(const Recording& recording, std::optional<Due> due,
                                         LiveLimits limits) override {
    return faults_.around(inner_.add_recording(recording, due, limits));
  }
  Task<std::optional<Recording>> find_recording(AccountId account, RecordingId id) override {
    return faults_.around(inner_.find_recording(account, id));
  }
  Task<AdvanceResult> advance(const Append& append) override {
    return faults_.around(inner_.advance(append));
  }
  Task<bool> reserve(AccountId account, RecordingId id, ByteCount reserved_bytes) override {
    return faults_.around(inner_.reserve(account, id, reserved_bytes));
  }
  Task<std::optional<Recording>> change_recording(AccountId account, RecordingId id,
                                                  const RecordingPatch& patch,
                                                  std::optional<std::uint64_t> if_version,
                                                  Time now) override {
    return faults_.around(inner_.change_recording(account, id, patch, if_version, now));
  }
  Task<std::optional<Recording>> trash_recording(AccountId account, RecordingId id, Time now,
                                                 Time purge_at) override {
    return faults_.around(inner_.trash_recording(account, id, now, purge_at));
  }
  Task<std::optional<Recording>> restore_recording(AccountId account, RecordingId id,
                                                   Time now) override {
    return faults_.around(inner_.restore_recording(account, id, now));
  }
  Task<bool> purge_recording(AccountId account, RecordingId id, Time now) override {
    return faults_.around(inner_.purge_recording(account, id, now));
  }
  Task<bool> join_segments(AccountId account, RecordingId id, ByteCount size,
                           const std::vector<Segment>& joined) override {
    return faults_.around(inner_.join_segments(account, id, size, joined));
  }
  Task<void> set_digest(AccountId account, RecordingId id, const Sha256Digest& sha256) override {
    return faults_.around(inner_.set_digest(account, id, sha256));
  }
  Task<std::vector<Segment>> list_segments(AccountId account, RecordingId id, ByteCount from,
                                           std::size_t max) override {
    return faults_.around(inner_.list_segments(account, id, from, max));
  }
  Task<RecordingPage> list_recordings(AccountId account, const ListFilter& filter,
                                      std::optional<ListPosition> after, std::size_t max,
                                      Time now) override {
    return faults_.around(inner_.list_recordings(account, filter, after, max, now));
  }
  Task<ChangePage> list_changes(AccountId account, ChangePosition since, std::size_t max) override {
    return faults_.around(inner_.list_changes(account, since, max));
  }
  Task<void> add_upload(const Upload& upload) override {
    return faults_.around(inner_.add_upload(upload));
  }
  Task<std::optional<Upload>> find_upload(const Sha256Digest& secret_hash) override {
    return faults_.around(inner_.find_upload(secret_hash));
  }
  Task<void> remove_upload(const Sha256Digest& secret_hash) override {
    return faults_.around(inner_.remove_upload(secret_hash));
  }
  Task<std::optional<RecordingId>> find_claim(AccountId account, const Sha256Digest& key) override {
    return faults_.around(inner_.find_claim(account, key));
  }
  Task<void> add_due(const Due& due) override { return faults_.around(inner_.add_due(due)); }
  Task<std::vector<Due>> list_due(Time until, std::size_t max) override {
    return faults_.around(inner_.list_due(until, max));
  }
  Task<void> remove_due(const Due& due) override { return faults_.around(inner_.remove_due(due)); }
  Task<void> forget(Time tombstones_before, Time claims_before, Time expired_before) override {
    return faults_.around(inner_.forget(tombstones_before, claims_before, expired_before));
  }
  Task<std::string> find_or_add_secret(const std::string& name,
                                       const std::string& proposed) override {
    return faults_.around(inner_.find_or_add_secret(name, proposed));
  }
  Task<CatalogMode> find_mode() override { return faults_.around(inner_.find_mode()); }
  Task<void> set_mode(CatalogMode mode) override { return faults_.around(inner_.set_mode(mode)); }
  Task<void> ping() override { return faults_.around(inner_.ping()); }

 private:
  Catalog& inner_;
  Faults& faults_;
};

class FaultyBlobs : public Blobs {
 public:
  FaultyBlobs(Blobs& inner, Faults& faults) : inner_(inner), faults_(faults) {}

  Task<ByteCount> put(const BlobKey& key, ByteSource& source, Checksums& sums) override {
    return faults_.around(inner_.put(key, source, sums));
  }
  Task<std::unique_ptr<ByteSource>> open(const BlobKey& key, ByteRange range) override {
    return faults_.around(inner_.open(key, range));
  }
  Task<void> erase(const BlobKey& key) override { return faults_.around(inner_.erase(key)); }
  Task<BlobPage> list(std::optional<BlobKey> after, std::size_t count_max) override {
    return faults_.around(inner_.list(after, count_max));
  }
  std::optional<DirectLimits> direct_limits() const override { return inner_.direct_limits(); }
  Task<DirectBlob> begin_direct(const BlobKey& key) override {
    return faults_.around(inner_.begin_direct(key));
  }
  Task<std::string> direct_part_url(const DirectBlob& blob, int number, ByteCount bytes,
                                    std::chrono::seconds lifetime) override {
    return faults_.around(inner_.direct_part_url(blob, number, bytes, lifetime));
  }
  Task<std::optional<std::vector<DirectPart>>> list_direct_parts(const DirectBlob& blob, int after,
                                                                 std::size_t count_max) override {
    return faults_.around(inner_.list_direct_parts(blob, after, count_max));
  }
  Task<FinishDirect> finish_direct(const DirectBlob& blob, const std::vector<DirectPart>& parts,
                                   ByteCount bytes) override {
    return faults_.around(inner_.finish_direct(blob, parts, bytes));
  }
  Task<void> abort_direct(const DirectBlob& blob) override {
    return faults_.around(inner_.abort_direct(blob));
  }
  Task<DirectBlobPage> list_unfinished(std::optional<DirectBlob> after,
                                       std::size_t count_max) override {
    return faults_.around(inner_.list_unfinished(after, count_max));
  }

 private:
  Blobs& inner_;
  Faults& faults_;
};

}  // namespace tapedeck
