// One recording: finding, changing, trashing, purging.
#include "base/check.h"
#include "store/dynamo_catalog.h"
#include "store/dynamo_keys.h"
#include "store/facts.h"

namespace tapedeck {

Task<std::optional<Recording>> DynamoCatalog::find_recording(AccountId account, RecordingId id) {
  auto row = co_await store_.find_recording(account, id);
  if (!row) co_return std::nullopt;
  co_return std::move(row->recording);
}

Task<std::optional<Recording>> DynamoCatalog::change_recording(
    AccountId account, RecordingId id, const RecordingPatch& patch,
    std::optional<std::uint64_t> if_version, Time now) {
  for (DynamoAttempts attempts(env_);;) {
    co_await attempts.next();
    auto row = co_await store_.find_recording(account, id);
    if (!row || (if_version && row->recording.version != *if_version)) co_return std::nullopt;
    apply(patch, row->recording, now);
    auto stored = co_await store_.store(*row);
    if (stored) co_return std::move(row->recording);
  }
}

/// With `purge_at`, the hint for the Sweeper comes before the fact.
Task<std::optional<Recording>> DynamoCatalog::set_trashed(AccountId account, RecordingId id,
                                                          std::optional<Time> trashed_at, Time now,
                                                          std::optional<Time> purge_at) {
  for (DynamoAttempts attempts(env_);;) {
    co_await attempts.next();
    auto row = co_await store_.find_recording(account, id);
    if (!row) co_return std::nullopt;
    if (row->recording.trashed_at.has_value() == trashed_at.has_value()) {
      co_return std::move(row->recording);
    }
    if (purge_at) {
      Due due{*purge_at, DueKind::purge, account, id};
      co_await add_due(due);
    }
    row->recording.trashed_at = trashed_at;
    touch(row->recording, now);
    auto stored = co_await store_.store(*row);
    if (stored) co_return std::move(row->recording);
  }
}

Task<std::optional<Recording>> DynamoCatalog::trash_recording(AccountId account, RecordingId id,
                                                              Time now, Time purge_at) {
  auto trashed = co_await set_trashed(account, id, now, now, purge_at);
  co_return trashed;
}

Task<std::optional<Recording>> DynamoCatalog::restore_recording(AccountId account, RecordingId id,
                                                                Time now) {
  auto restored = co_await set_trashed(account, id, std::nullopt, now, std::nullopt);
  co_return restored;
}

Task<bool> DynamoCatalog::purge_recording(AccountId account, RecordingId id, Time now) {
  auto key = recording_key(account, id);
  for (DynamoAttempts attempts(env_);;) {
    co_await attempts.next();
    auto row = co_await store_.find_recording(account, id);
    if (!row || !row->recording.trashed_at) co_return false;
    co_await agenda_.add(Agenda::tombstones, key, now);
    HoldWish wish{*row};
    auto taken = co_await store_.take_hold(wish);
    if (taken.outcome == TakeHold::moved) continue;

    auto tombstone = *row;
    tombstone.gone = true;
    tombstone.recording.changed_at = now;
    bool has_hold = taken.outcome == TakeHold::taken;
    if (has_hold) tombstone.adopt(taken.hold);
    auto stored = co_await store_.store(tombstone);
    if (!stored) continue;
    if (!has_hold) co_return true;
    // The hold goes last: whoever finds it after a crash erases the chunks first.
    co_await store_.settle_gone(tombstone, taken.hold);
    co_return true;
  }
}

Task<bool> DynamoCatalog::join_segments(AccountId account, RecordingId id, ByteCount size,
                                        const std::vector<Segment>& joined) {
  MUST(are_whole(joined, size));
  for (DynamoAttempts attempts(env_);;) {
    co_await attempts.next();
    auto row = co_await store_.find_recording(account, id);
    if (!row || row->recording.state == RecordingState::recording || row->recording.size != size) {
      co_return false;
    }
    row->recording.tail = joined;
    row->batch.clear();
    row->generation = store_.make_generation(row->generation);
    auto stored = co_await store_.store(*row);
    if (!stored) continue;
    co_await store_.erase_chunks_before(*row);
    co_return true;
  }
}

Task<void> DynamoCatalog::set_digest(AccountId account, RecordingId id,
                                     const Sha256Digest& sha256) {
  for (DynamoAttempts attempts(env_);;) {
    co_await attempts.next();
    auto row = co_await store_.find_recording(account, id);
    if (!row || row->recording.state == RecordingState::recording || row->recording.sha256) {
      co_return;
    }
    row->recording.sha256 = sha256;
    auto stored = co_await store_.store(*row);
    if (stored) co_return;
  }
}

}  // namespace tapedeck
