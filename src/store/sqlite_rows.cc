#include "store/sqlite_rows.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/json.h"
#include "store/segment_codec.h"

namespace tapedeck {

namespace {

template <class Enum>
Enum read_enum(const SqliteQuery& row, int column, Enum last) {
  auto number = row.integer(column);
  if (number < 1 || number > static_cast<std::int64_t>(last)) {
    throw Error(Fault::unavailable, "the catalog is damaged: it holds a state without a meaning");
  }
  return static_cast<Enum>(number);
}

std::optional<Time> read_time(const SqliteQuery& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.time(column);
}

std::optional<ByteCount> read_count(const SqliteQuery& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.count(column);
}

}  // namespace

Account read_account(const SqliteQuery& row, int first) {
  Account account;
  account.id = row.id<AccountId>(first);
  account.username = row.text(first + 1);
  account.password_hash = row.text(first + 2);
  account.state = read_enum(row, first + 3, AccountState::closing);
  account.admin = row.boolean(first + 4);
  account.created_at = row.time(first + 5);
  account.session_epoch = static_cast<std::uint32_t>(row.count(first + 6));
  account.quota_bytes = read_count(row, first + 7);
  account.used_bytes = row.count(first + 8);
  account.reserved_bytes = row.count(first + 9);
  return account;
}

Token read_token(const SqliteQuery& row) {
  Token token;
  token.id = row.id<TokenId>(0);
  token.account = row.id<AccountId>(1);
  token.kind = read_enum(row, 2, TokenKind::original);
  token.secret_hash = row.digest(3);
  token.name = row.text(4);
  token.scopes.bits = static_cast<std::uint8_t>(row.count(5));
  token.session_epoch = static_cast<std::uint32_t>(row.count(6));
  token.created_at = row.time(7);
  token.expires_at = read_time(row, 8);
  token.last_used_at = row.time(9);
  token.limits.recording_bytes_max = read_count(row, 10);
  if (auto time = read_count(row, 11)) token.limits.recording_time_max = Millis{*time};
  if (auto max = read_count(row, 12)) token.limits.live_max = static_cast<std::uint32_t>(*max);
  return token;
}

Recording read_listed(const SqliteQuery& row) {
  Recording recording;
  recording.account = row.id<AccountId>(0);
  recording.id = row.id<RecordingId>(1);
  auto& description = recording.description;
  description.title = row.text(2);
  description.note = row.text(3);
  description.tags = decode_tags(row.view(4));
  description.file_name = row.text(5);
  description.content_type = row.text(6);
  description.client_id = row.text(7);
  recording.sniffed_type = row.text(8);
  description.recorded_at = row.time(9);
  recording.created_at = row.time(10);
  recording.last_append_at = row.time(11);
  recording.changed_at = row.time(12);
  recording.state = read_enum(row, 13, RecordingState::failed);
  recording.recovered = row.boolean(14);
  recording.trashed_at = read_time(row, 15);
  recording.version = row.count(16);
  recording.size = row.count(17);
  recording.length = read_count(row, 18);
  recording.reserved_bytes = row.count(19);
  if (!row.is_null(20)) recording.sha256 = row.digest(20);
  recording.partial = row.boolean(21);
  if (!row.is_null(22)) recording.maker = row.id<TokenId>(22);
  return recording;
}

Recording read_recording(const SqliteQuery& row) {
  auto recording = read_listed(row);
  recording.hash_state = row.text(23);
  recording.tail = decode_segments(row.view(24));
  recording.direct = row.text(25);
  return recording;
}

Upload read_upload(const Sha256Digest& secret_hash, const SqliteQuery& row, int first) {
  Upload upload;
  upload.secret_hash = secret_hash;
  upload.account = row.id<AccountId>(first);
  upload.recording = row.id<RecordingId>(first + 1);
  if (!row.is_null(first + 2)) upload.token = row.digest(first + 2);
  upload.metadata = row.text(first + 3);
  upload.concatenation = row.text(first + 4);
  upload.created_at = row.time(first + 5);
  return upload;
}

std::string encode_tags(const std::vector<std::string>& tags) {
  json::array array;
  for (const auto& tag : tags) array.emplace_back(tag);
  return json::serialize(array);
}

std::vector<std::string> decode_tags(std::string_view stored) {
  std::vector<std::string> tags;
  if (stored == "[]") return tags;
  json::parse_options lenient;
  lenient.allow_invalid_utf8 = true;  // what was stored must be readable, whatever it is
  json::error_code error;
  auto value = json::parse(stored, error, {}, lenient);
  if (error || !value.is_array()) {
    throw Error(Fault::unavailable, "the catalog is damaged: tags are no JSON array");
  }
  for (const auto& tag : value.as_array()) {
    if (tag.is_string()) tags.emplace_back(tag.as_string().c_str(), tag.as_string().size());
  }
  return tags;
}

std::optional<Account> find_account_row(SqliteDatabase& database, AccountId id) {
  auto row = database.query("SELECT " TAPEDECK_ACCOUNT_COLUMNS " FROM accounts a WHERE a.id = ?");
  if (!row.bind(id).step()) return std::nullopt;
  return read_account(row);
}

std::optional<Recording> find_recording_row(SqliteDatabase& database, AccountId account,
                                            RecordingId id) {
  auto row = database.query("SELECT " TAPEDECK_RECORDING_COLUMNS
                            " FROM recordings WHERE account = ? AND id = ?");
  if (!row.bind(account, id).step()) return std::nullopt;
  return read_recording(row);
}

void add_due_row(SqliteDatabase& database, const Due& due) {
  auto hour = std::chrono::floor<std::chrono::hours>(due.at).time_since_epoch().count();
  auto query = database.query(
      "INSERT OR IGNORE INTO due (hour, at, kind, account, recording) VALUES (?, ?, ?, ?, ?)");
  query.bind(std::int64_t{hour}, due.at, due.kind, due.account, due.recording).run();
}

void add_chunk_rows(SqliteDatabase& database, AccountId account, RecordingId id,
                    const std::vector<std::vector<Segment>>& chunks) {
  for (const auto& segments : chunks) {
    auto row = database.query(
        "INSERT INTO chunks (account, recording, begin, segments) VALUES (?, ?, ?, ?)");
    row.bind(account, id, segments.front().begin).bind_bytes(encode_segments(segments)).run();
  }
}

void add_recording_row(SqliteDatabase& database, const Recording& recording,
                       const std::vector<Segment>& tail) {
  const auto& description = recording.description;
  auto row = database.query("INSERT INTO recordings (" TAPEDECK_RECORDING_COLUMNS
                            ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                            " ?, ?, ?, ?, ?, ?)");
  row.bind(recording.account, recording.id, description.title, description.note,
           encode_tags(description.tags), description.file_name, description.content_type,
           description.client_id, recording.sniffed_type, description.recorded_at,
           recording.created_at, recording.last_append_at, recording.changed_at, recording.state,
           recording.recovered, recording.trashed_at, recording.version, recording.size,
           recording.length, recording.reserved_bytes, recording.sha256, recording.partial,
           recording.maker);
  row.bind_bytes(recording.hash_state).bind_bytes(encode_segments(tail));
  row.bind(recording.direct).run();
}

void delete_chunk_rows(SqliteDatabase& database, AccountId account, RecordingId id) {
  database.query("DELETE FROM chunks WHERE account = ? AND recording = ?").bind(account, id).run();
}

std::int64_t limit_of(std::size_t max) {
  constexpr std::size_t rows_max = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int64_t>(std::min(max, rows_max)) + 1;
}

}  // namespace tapedeck
