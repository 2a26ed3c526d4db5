// How recordings come to be and grow: claims, adds, advances, reservations.
#include "base/check.h"
#include "store/facts.h"
#include "store/segment_codec.h"
#include "store/sqlite_catalog.h"
#include "store/sqlite_rows.h"

namespace tapedeck {

namespace {

RecordingId claim_row(SqliteDatabase& database, AccountId account, const Sha256Digest& key,
                      RecordingId proposed) {
  {
    auto found = database.query("SELECT recording FROM claims WHERE account = ? AND key = ?");
    if (found.bind(account, key).step()) return found.id<RecordingId>(0);
  }
  auto row = database.query(
      "INSERT INTO claims (account, key, recording, created_at) VALUES (?, ?, ?, ?)");
  row.bind(account, key, proposed, proposed.value.made_at()).run();
  return proposed;
}

bool is_id_taken(SqliteDatabase& database, const Recording& recording) {
  auto row = database.query("SELECT 1 FROM recordings WHERE account = ? AND id = ?");
  return row.bind(recording.account, recording.id).step();
}

AddRecordingResult add(SqliteDatabase& database, LiveBounds& live, const Recording& recording,
                       const std::optional<Due>& due, const LiveLimits& limits) {
  MUST(are_adjacent(recording.tail, 0));
  auto account = find_account_row(database, recording.account);
  if (!account || account->state == AccountState::closing) return {AddRecording::no_account, 0};
  if (is_id_taken(database, recording)) return {AddRecording::id_taken, 0};
  auto left = bytes_left(*account);
  if (recording.size > left || recording.reserved_bytes > left - recording.size) {
    return {AddRecording::over_quota, left};
  }
  if (!live.allow(database, recording, limits)) return {AddRecording::too_many_live, left};
  auto spill = add_segments({}, recording.tail);
  add_recording_row(database, recording, spill.tail);
  add_chunk_rows(database, recording.account, recording.id, spill.chunks);
  auto counters = database.query(
      "UPDATE accounts SET used_bytes = used_bytes + ?, reserved_bytes = reserved_bytes + ?"
      " WHERE id = ?");
  counters.bind(recording.size, recording.reserved_bytes, recording.account).run();
  // A purged recording that its idempotency key brings back is no longer gone.
  auto tombstone = database.query("DELETE FROM tombstones WHERE account = ? AND recording = ?");
  tombstone.bind(recording.account, recording.id).run();
  if (due) add_due_row(database, *due);
  live.note(recording);
  return {AddRecording::added, left};
}

/// Touches no index.
void store_append(SqliteDatabase& database, const Recording& recording,
                  const std::vector<Segment>& tail) {
  auto row = database.query(R"(
      UPDATE recordings SET size = ?, reserved_bytes = ?, last_append_at = ?, sniffed_type = ?,
                            length = ?, hash_state = ?, tail = ?, direct = ?
      WHERE account = ? AND id = ?)");
  row.bind(recording.size, recording.reserved_bytes, recording.last_append_at,
           recording.sniffed_type, recording.length);
  row.bind_bytes(recording.hash_state).bind_bytes(encode_segments(tail));
  row.bind(recording.direct, recording.account, recording.id).run();
}

void store_state(SqliteDatabase& database, const Recording& recording) {
  auto row = database.query(R"(
      UPDATE recordings SET state = ?, recovered = ?, sha256 = ?, version = ?, changed_at = ?
      WHERE account = ? AND id = ?)");
  row.bind(recording.state, recording.recovered, recording.sha256, recording.version,
           recording.changed_at, recording.account, recording.id);
  row.run();
}

AdvanceResult advance_row(SqliteDatabase& database, LiveBounds& live, const Append& append) {
  auto recording = find_recording_row(database, append.account, append.recording);
  if (!recording || !may_grow(*recording)) return {Advance::gone, 0};
  if (!is_expected(append, *recording)) return {Advance::conflict, recording->size};

  auto advanced = apply(append, *recording);
  auto spill = add_segments(recording->tail, append.segments);
  add_chunk_rows(database, append.account, append.recording, spill.chunks);
  store_append(database, *recording, spill.tail);
  if (advanced.is_change) {
    store_state(database, *recording);
    live.note(*recording);
  }
  auto counters = database.query(
      "UPDATE accounts SET used_bytes = used_bytes + ?, reserved_bytes = reserved_bytes - ?"
      " WHERE id = ?");
  counters.bind(advanced.used_more, advanced.reserved_less, append.account).run();
  recording->tail = std::move(spill.tail);
  return {Advance::done, recording->size, std::move(recording)};
}

bool reserve_row(SqliteDatabase& database, AccountId account_id, RecordingId id,
                 ByteCount reserved_bytes) {
  auto recording = find_recording_row(database, account_id, id);
  if (!recording || !may_grow(*recording)) return false;
  if (reserved_bytes <= recording->reserved_bytes) return true;
  auto account = find_account_row(database, account_id);
  MUST(account);
  auto more = reserved_bytes - recording->reserved_bytes;
  if (more > bytes_left(*account)) return false;
  auto counter =
      database.query("UPDATE accounts SET reserved_bytes = reserved_bytes + ? WHERE id = ?");
  counter.bind(more, account_id).run();
  auto row =
      database.query("UPDATE recordings SET reserved_bytes = ? WHERE account = ? AND id = ?");
  row.bind(reserved_bytes, account_id, id).run();
  return true;
}

}  // namespace

Task<RecordingId> SqliteCatalog::claim(AccountId account, const Sha256Digest& key,
                                       RecordingId proposed) {
  auto job = [&](SqliteDatabase& database) { return claim_row(database, account, key, proposed); };
  co_return co_await writer_.write(job);
}

Task<AddRecordingResult> SqliteCatalog::add_recording(const Recording& recording,
                                                      std::optional<Due> due, LiveLimits limits) {
  auto job = [&](SqliteDatabase& database) { return add(database, live_, recording, due, limits); };
  co_return co_await writer_.write(job);
}

Task<AdvanceResult> SqliteCatalog::advance(const Append& append) {
  auto job = [&](SqliteDatabase& database) { return advance_row(database, live_, append); };
  co_return co_await writer_.write(job);
}

Task<bool> SqliteCatalog::reserve(AccountId account, RecordingId id, ByteCount reserved_bytes) {
  auto job = [&](SqliteDatabase& database) {
    return reserve_row(database, account, id, reserved_bytes);
  };
  co_return co_await writer_.write(job);
}

}  // namespace tapedeck
