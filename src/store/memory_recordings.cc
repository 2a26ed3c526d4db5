#include "base/check.h"
#include "store/facts.h"
#include "store/memory_catalog.h"

namespace tapedeck {

MemoryCatalog::Row* MemoryCatalog::find(AccountId account, RecordingId id) {
  auto at = recordings_.find({account, id});
  return at == recordings_.end() ? nullptr : &at->second;
}

Task<RecordingId> MemoryCatalog::claim(AccountId account, const Sha256Digest& key,
                                       RecordingId proposed) {
  std::lock_guard lock(mutex_);
  Claim proposal{proposed, proposed.value.made_at()};
  auto [at, is_new] = claims_.emplace(std::pair(account, key), proposal);
  co_return at->second.recording;
}

bool MemoryCatalog::is_within(const LiveLimits& limits, const Recording& added) const {
  if (added.state != RecordingState::recording) return true;
  std::uint32_t of_account = 0;
  std::uint32_t of_maker = 0;
  auto at = recordings_.lower_bound({added.account, RecordingId{}});
  for (; at != recordings_.end() && at->first.first == added.account; ++at) {
    const auto& other = at->second.recording;
    if (other.state != RecordingState::recording) continue;
    ++of_account;
    if (other.maker == added.maker) ++of_maker;
  }
  if (of_account >= limits.account_max) return false;
  return !limits.token_max || !added.maker || of_maker < *limits.token_max;
}

Task<AddRecordingResult> MemoryCatalog::add_recording(const Recording& recording,
                                                      std::optional<Due> due, LiveLimits limits) {
  std::lock_guard lock(mutex_);
  MUST(are_adjacent(recording.tail, 0));
  AddRecordingResult result;
  auto* account = find(recording.account);
  if (account == nullptr || account->state == AccountState::closing) {
    result.outcome = AddRecording::no_account;
    co_return result;
  }
  if (find(recording.account, recording.id) != nullptr) {
    result.outcome = AddRecording::id_taken;
    co_return result;
  }
  result.bytes_left = bytes_left(*account);
  if (recording.size > result.bytes_left ||
      recording.reserved_bytes > result.bytes_left - recording.size) {
    result.outcome = AddRecording::over_quota;
    co_return result;
  }
  if (!is_within(limits, recording)) {
    result.outcome = AddRecording::too_many_live;
    co_return result;
  }
  Row row{recording, {}};
  auto spill = add_segments({}, recording.tail);
  row.recording.tail = std::move(spill.tail);
  for (const auto& chunk : spill.chunks) {
    row.spilled.insert(row.spilled.end(), chunk.begin(), chunk.end());
  }
  account->used_bytes += recording.size;
  account->reserved_bytes += recording.reserved_bytes;
  tombstones_.erase({recording.account, recording.id});
  if (due) due_.emplace(due->at, due->kind, due->account, due->recording);
  recordings_.emplace(RecordingKey(recording.account, recording.id), std::move(row));
  co_return result;
}

Task<std::optional<Recording>> MemoryCatalog::find_recording(AccountId account, RecordingId id) {
  std::lock_guard lock(mutex_);
  auto* row = find(account, id);
  if (row == nullptr) co_return std::nullopt;
  co_return row->recording;
}

Task<AdvanceResult> MemoryCatalog::advance(const Append& append) {
  std::lock_guard lock(mutex_);
  AdvanceResult result;
  auto* row = find(append.account, append.recording);
  if (row == nullptr || !may_grow(row->recording)) {
    result.outcome = Advance::gone;
    co_return result;
  }
  auto& recording = row->recording;
  if (!is_expected(append, recording)) {
    result.outcome = Advance::conflict;
    result.size = recording.size;
    co_return result;
  }
  auto advanced = apply(append, recording);
  auto spill = add_segments(std::move(recording.tail), append.segments);
  recording.tail = std::move(spill.tail);
  for (const auto& chunk : spill.chunks) {
    row->spilled.insert(row->spilled.end(), chunk.begin(), chunk.end());
  }
  auto* account = find(append.account);
  MUST(account != nullptr);
  account->used_bytes += advanced.used_more;
  account->reserved_bytes -= advanced.reserved_less;
  result.size = recording.size;
  result.recording = recording;
  co_return result;
}

Task<bool> MemoryCatalog::reserve(AccountId account_id, RecordingId id, ByteCount reserved_bytes) {
  std::lock_guard lock(mutex_);
  auto* row = find(account_id, id);
  if (row == nullptr || !may_grow(row->recording)) co_return false;
  auto& reserved = row->recording.reserved_bytes;
  if (reserved_bytes <= reserved) co_return true;
  auto* account = find(account_id);
  MUST(account != nullptr);
  auto more = reserved_bytes - reserved;
  if (more > bytes_left(*account)) co_return false;
  account->reserved_bytes += more;
  reserved = reserved_bytes;
  co_return true;
}

Task<std::optional<Recording>> MemoryCatalog::change_recording(
    AccountId account, RecordingId id, const RecordingPatch& patch,
    std::optional<std::uint64_t> if_version, Time now) {
  std::lock_guard lock(mutex_);
  auto* row = find(account, id);
  if (row == nullptr) co_return std::nullopt;
  if (if_version && row->recording.version != *if_version) co_return std::nullopt;
  apply(patch, row->recording, now);
  co_return row->recording;
}

Task<std::optional<Recording>> MemoryCatalog::trash_recording(AccountId account, RecordingId id,
                                                              Time now, Time purge_at) {
  std::lock_guard lock(mutex_);
  auto* row = find(account, id);
  if (row == nullptr) co_return std::nullopt;
  if (!row->recording.trashed_at) {
    row->recording.trashed_at = now;
    touch(row->recording, now);
    due_.emplace(purge_at, DueKind::purge, account, id);
  }
  co_return row->recording;
}

Task<std::optional<Recording>> MemoryCatalog::restore_recording(AccountId account, RecordingId id,
                                                                Time now) {
  std::lock_guard lock(mutex_);
  auto* row = find(account, id);
  if (row == nullptr) co_return std::nullopt;
  if (row->recording.trashed_at) {
    row->recording.trashed_at.reset();
    touch(row->recording, now);
  }
  co_return row->recording;
}

Task<bool> MemoryCatalog::purge_recording(AccountId account_id, RecordingId id, Time now) {
  std::lock_guard lock(mutex_);
  auto* row = find(account_id, id);
  if (row == nullptr || !row->recording.trashed_at) co_return false;
  auto* account = find(account_id);
  MUST(account != nullptr);
  account->used_bytes -= row->recording.size;
  account->reserved_bytes -= row->recording.reserved_bytes;
  if (!row->recording.partial) tombstones_[{account_id, id}] = now;
  recordings_.erase({account_id, id});
  co_return true;
}

Task<bool> MemoryCatalog::join_segments(AccountId account, RecordingId id, ByteCount size,
                                        const std::vector<Segment>& joined) {
  std::lock_guard lock(mutex_);
  MUST(are_whole(joined, size));
  auto* row = find(account, id);
  if (row == nullptr || row->recording.state == RecordingState::recording ||
      row->recording.size != size) {
    co_return false;
  }
  row->spilled.clear();
  row->recording.tail = joined;
  co_return true;
}

Task<void> MemoryCatalog::set_digest(AccountId account, RecordingId id,
                                     const Sha256Digest& sha256) {
  std::lock_guard lock(mutex_);
  auto* row = find(account, id);
  if (row == nullptr || row->recording.state == RecordingState::recording) co_return;
  if (!row->recording.sha256) row->recording.sha256 = sha256;
  co_return;
}

}  // namespace tapedeck
