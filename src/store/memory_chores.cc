// Uploads, what the Sweeper asks, and what no other subject owns.
#include "base/error.h"
#include "store/facts.h"
#include "store/memory_catalog.h"

namespace tapedeck {

Task<void> MemoryCatalog::add_upload(const Upload& upload) {
  std::lock_guard lock(mutex_);
  if (find(upload.account) == nullptr) throw Error(Fault::not_found, "There is no such account.");
  uploads_.emplace(upload.secret_hash, upload);
  co_return;
}

Task<std::optional<Upload>> MemoryCatalog::find_upload(const Sha256Digest& secret_hash) {
  std::lock_guard lock(mutex_);
  auto at = uploads_.find(secret_hash);
  if (at == uploads_.end()) co_return std::nullopt;
  co_return at->second;
}

Task<void> MemoryCatalog::remove_upload(const Sha256Digest& secret_hash) {
  std::lock_guard lock(mutex_);
  uploads_.erase(secret_hash);
  co_return;
}

Task<std::optional<RecordingId>> MemoryCatalog::find_claim(AccountId account,
                                                           const Sha256Digest& key) {
  std::lock_guard lock(mutex_);
  auto at = claims_.find({account, key});
  if (at == claims_.end()) co_return std::nullopt;
  co_return at->second.recording;
}

Task<void> MemoryCatalog::add_due(const Due& due) {
  std::lock_guard lock(mutex_);
  due_.emplace(due.at, due.kind, due.account, due.recording);
  co_return;
}

Task<std::vector<Due>> MemoryCatalog::list_due(Time until, std::size_t max) {
  std::lock_guard lock(mutex_);
  std::vector<Due> all;
  for (const auto& [at, kind, account, recording] : due_) {
    if (at > until || all.size() == max) break;
    all.push_back({at, kind, account, recording});
  }
  co_return all;
}

Task<void> MemoryCatalog::remove_due(const Due& due) {
  std::lock_guard lock(mutex_);
  due_.erase(DueKey(due.at, due.kind, due.account, due.recording));
  co_return;
}

Task<void> MemoryCatalog::forget(Time tombstones_before, Time claims_before, Time expired_before) {
  std::lock_guard lock(mutex_);
  std::erase_if(tombstones_, [&](const auto& row) { return row.second < tombstones_before; });
  std::erase_if(claims_, [&](const auto& row) { return row.second.created_at < claims_before; });
  std::erase_if(uploads_, [&](const auto& row) { return row.second.created_at < claims_before; });
  std::erase_if(tokens_, [&](const auto& row) {
    return row.second.expires_at && *row.second.expires_at < expired_before;
  });
  std::erase_if(invitations_,
                [&](const auto& row) { return row.second.expires_at < expired_before; });
  co_return;
}

Task<std::string> MemoryCatalog::find_or_add_secret(const std::string& name,
                                                    const std::string& proposed) {
  std::lock_guard lock(mutex_);
  auto [at, is_new] = secrets_.emplace(name, proposed);
  co_return at->second;
}

Task<CatalogMode> MemoryCatalog::find_mode() {
  std::lock_guard lock(mutex_);
  auto found = secrets_.find(mode_name);
  co_return mode_stored(found == secrets_.end() ? std::string() : found->second);
}

Task<void> MemoryCatalog::set_mode(CatalogMode mode) {
  std::lock_guard lock(mutex_);
  secrets_[mode_name] = text_of(mode);
  co_return;
}

Task<void> MemoryCatalog::ping() {
  co_return;
}

}  // namespace tapedeck
