// One recording: finding, changing, trashing, purging.
#include "base/check.h"
#include "store/facts.h"
#include "store/segment_codec.h"
#include "store/sqlite_catalog.h"
#include "store/sqlite_rows.h"

namespace tapedeck {

namespace {

/// What a patch can change, and the recording's place in the feed.
void store_description(SqliteDatabase& database, const Recording& recording) {
  const auto& description = recording.description;
  auto row = database.query(R"(
      UPDATE recordings SET title = ?, note = ?, tags = ?, recorded_at = ?, version = ?,
                            changed_at = ?
      WHERE account = ? AND id = ?)");
  row.bind(description.title, description.note, encode_tags(description.tags),
           description.recorded_at, recording.version, recording.changed_at, recording.account,
           recording.id);
  row.run();
}

void store_trashed(SqliteDatabase& database, const Recording& recording) {
  auto row = database.query(
      "UPDATE recordings SET trashed_at = ?, version = ?, changed_at = ?"
      " WHERE account = ? AND id = ?");
  row.bind(recording.trashed_at, recording.version, recording.changed_at, recording.account,
           recording.id);
  row.run();
}

std::optional<Recording> change(SqliteDatabase& database, AccountId account, RecordingId id,
                                const RecordingPatch& patch,
                                std::optional<std::uint64_t> if_version, Time now) {
  auto recording = find_recording_row(database, account, id);
  if (!recording || (if_version && recording->version != *if_version)) return std::nullopt;
  apply(patch, *recording, now);
  store_description(database, *recording);
  return recording;
}

std::optional<Recording> set_trashed(SqliteDatabase& database, AccountId account, RecordingId id,
                                     std::optional<Time> trashed_at, Time now) {
  auto recording = find_recording_row(database, account, id);
  if (!recording || recording->trashed_at.has_value() == trashed_at.has_value()) return recording;
  recording->trashed_at = trashed_at;
  touch(*recording, now);
  store_trashed(database, *recording);
  return recording;
}

void add_tombstone_row(SqliteDatabase& database, AccountId account, RecordingId id, Time now) {
  auto row = database.query(
      "INSERT OR REPLACE INTO tombstones (account, recording, changed_at) VALUES (?, ?, ?)");
  row.bind(account, id, now).run();
}

bool purge(SqliteDatabase& database, AccountId account, RecordingId id, Time now) {
  auto recording = find_recording_row(database, account, id);
  if (!recording || !recording->trashed_at) return false;
  database.query("DELETE FROM recordings WHERE account = ? AND id = ?").bind(account, id).run();
  delete_chunk_rows(database, account, id);
  if (!recording->partial) add_tombstone_row(database, account, id, now);
  auto counters = database.query(
      "UPDATE accounts SET used_bytes = used_bytes - ?, reserved_bytes = reserved_bytes - ?"
      " WHERE id = ?");
  counters.bind(recording->size, recording->reserved_bytes, account).run();
  return true;
}

bool join(SqliteDatabase& database, AccountId account, RecordingId id, ByteCount size,
          const std::vector<Segment>& joined) {
  MUST(are_whole(joined, size));
  {
    auto row = database.query(
        "UPDATE recordings SET tail = ? WHERE account = ? AND id = ? AND size = ? AND state <> ?");
    row.bind_bytes(encode_segments(joined));
    row.bind(account, id, size, RecordingState::recording).run();
  }
  if (database.changes() == 0) return false;
  delete_chunk_rows(database, account, id);
  return true;
}

}  // namespace

Task<std::optional<Recording>> SqliteCatalog::find_recording(AccountId account, RecordingId id) {
  auto job = [&](SqliteDatabase& database) { return find_recording_row(database, account, id); };
  co_return co_await readers_.read(job);
}

Task<std::optional<Recording>> SqliteCatalog::change_recording(
    AccountId account, RecordingId id, const RecordingPatch& patch,
    std::optional<std::uint64_t> if_version, Time now) {
  auto job = [&](SqliteDatabase& database) {
    return change(database, account, id, patch, if_version, now);
  };
  co_return co_await writer_.write(job);
}

Task<std::optional<Recording>> SqliteCatalog::trash_recording(AccountId account, RecordingId id,
                                                              Time now, Time purge_at) {
  auto job = [&](SqliteDatabase& database) {
    auto recording = set_trashed(database, account, id, now, now);
    // One that is in the trash already keeps the time it has; a second hint would do no harm.
    if (recording && recording->trashed_at == now) {
      add_due_row(database, {purge_at, DueKind::purge, account, id});
    }
    return recording;
  };
  co_return co_await writer_.write(job);
}

Task<std::optional<Recording>> SqliteCatalog::restore_recording(AccountId account, RecordingId id,
                                                                Time now) {
  auto job = [&](SqliteDatabase& database) {
    return set_trashed(database, account, id, std::nullopt, now);
  };
  co_return co_await writer_.write(job);
}

Task<bool> SqliteCatalog::purge_recording(AccountId account, RecordingId id, Time now) {
  auto job = [&](SqliteDatabase& database) { return purge(database, account, id, now); };
  co_return co_await writer_.write(job);
}

Task<bool> SqliteCatalog::join_segments(AccountId account, RecordingId id, ByteCount size,
                                        const std::vector<Segment>& joined) {
  auto job = [&](SqliteDatabase& database) { return join(database, account, id, size, joined); };
  co_return co_await writer_.write(job);
}

Task<void> SqliteCatalog::set_digest(AccountId account, RecordingId id,
                                     const Sha256Digest& sha256) {
  auto job = [&](SqliteDatabase& database) {
    auto row = database.query(
        "UPDATE recordings SET sha256 = ?"
        " WHERE account = ? AND id = ? AND sha256 IS NULL AND state <> ?");
    row.bind(sha256, account, id, RecordingState::recording).run();
  };
  co_await writer_.write(job);
}

}  // namespace tapedeck
