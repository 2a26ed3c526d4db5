// Rows of the tables as values, and the few statements that several subjects need.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/catalog.h"
#include "store/sqlite_database.h"

// Statements are literals (SqliteDatabase::query), so their parts are too.
#define TAPEDECK_ACCOUNT_COLUMNS                                                         \
  "a.id, a.username, a.password_hash, a.state, a.admin, a.created_at, a.session_epoch, " \
  "a.quota_bytes, a.used_bytes, a.reserved_bytes"
#define TAPEDECK_TOKEN_COLUMNS                                                                \
  "t.id, t.account, t.kind, t.secret_hash, t.name, t.scopes, t.session_epoch, t.created_at, " \
  "t.expires_at, t.last_used_at, t.recording_bytes_max, t.recording_time_max, t.live_max"
#define TAPEDECK_LISTED_COLUMNS                                                         \
  "account, id, title, note, tags, file_name, content_type, client_id, sniffed_type, "  \
  "recorded_at, created_at, last_append_at, changed_at, state, recovered, trashed_at, " \
  "version, size, length, reserved_bytes, sha256, partial, maker"
#define TAPEDECK_RECORDING_COLUMNS TAPEDECK_LISTED_COLUMNS ", hash_state, tail, direct"
#define TAPEDECK_UPLOAD_COLUMNS "account, recording, token, metadata, concatenation, created_at"

namespace tapedeck {

/// How many columns the macros have.
inline constexpr int account_columns = 10;
inline constexpr int token_columns = 13;

/// The columns of the macro, which begin at `first`.
Account read_account(const SqliteQuery& row, int first = 0);
Token read_token(const SqliteQuery& row);
Recording read_listed(const SqliteQuery& row);     // without hash_state, tail and direct
Recording read_recording(const SqliteQuery& row);  // with them
Upload read_upload(const Sha256Digest& secret_hash, const SqliteQuery& row, int first = 0);

std::string encode_tags(const std::vector<std::string>& tags);
std::vector<std::string> decode_tags(std::string_view stored);

std::optional<Account> find_account_row(SqliteDatabase& database, AccountId id);
std::optional<Recording> find_recording_row(SqliteDatabase& database, AccountId account,
                                            RecordingId id);
void add_due_row(SqliteDatabase& database, const Due& due);
/// There must be none with that id.
void add_recording_row(SqliteDatabase& database, const Recording& recording,
                       const std::vector<Segment>& tail);
void add_chunk_rows(SqliteDatabase& database, AccountId account, RecordingId id,
                    const std::vector<std::vector<Segment>>& chunks);
void delete_chunk_rows(SqliteDatabase& database, AccountId account, RecordingId id);

/// For the LIMIT of a statement: `max` and one row more, which tells whether there are more.
std::int64_t limit_of(std::size_t max);

}  // namespace tapedeck
