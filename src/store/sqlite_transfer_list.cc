// Reading all facts: one table after the other, each in the order of its primary key.
#include <array>
#include <limits>
#include <sstream>

#include <fmt/format.h>

#include "store/segment_codec.h"
#include "store/sqlite_rows.h"
#include "store/sqlite_transfer.h"

namespace tapedeck {

namespace {

constexpr int page_rows = 200;
constexpr std::size_t page_segments = 20'000;  // 1.3 MB of them

/// Key columns are bound from the end of the page before: no bytes sort before any.
struct Position {
  std::string_view bytes;
  std::string_view first() const {
    return bytes.substr(0, std::min<std::size_t>(16, bytes.size()));
  }
  std::string_view rest() const { return bytes.substr(first().size()); }
};

/// Adds the facts after the position; gives the last one's key, or nothing at the table's end.
using ListTable = std::string (*)(SqliteDatabase& database, Position after,
                                  std::vector<Fact>& facts);

std::string end_of(std::size_t rows, std::string last) {
  return rows < page_rows ? std::string() : last;
}

std::string list_secrets(SqliteDatabase& database, Position after, std::vector<Fact>& facts) {
  auto rows =
      database.query("SELECT name, value FROM secrets WHERE name > ? ORDER BY name LIMIT ?");
  rows.bind(after.bytes, page_rows);
  std::string last;
  std::size_t count = 0;
  for (; rows.step(); ++count) {
    last = rows.text(0);
    facts.emplace_back(SecretFact{last, rows.text(1)});
  }
  return end_of(count, last);
}

std::string list_accounts(SqliteDatabase& database, Position after, std::vector<Fact>& facts) {
  auto rows = database.query("SELECT " TAPEDECK_ACCOUNT_COLUMNS
                             ", i.issuer, i.subject FROM accounts a LEFT JOIN identities i"
                             " ON i.account = a.id WHERE a.id > ? ORDER BY a.id LIMIT ?");
  rows.bind_bytes(after.bytes).bind(page_rows);
  std::string last;
  std::size_t count = 0;
  for (; rows.step(); ++count) {
    AccountFact fact{read_account(rows), std::nullopt};
    fact.account.used_bytes = 0;
    fact.account.reserved_bytes = 0;
    if (!rows.is_null(account_columns)) {
      fact.identity = Identity{rows.text(account_columns), rows.text(account_columns + 1)};
    }
    last = fact.account.id.view();
    facts.emplace_back(std::move(fact));
  }
  return end_of(count, last);
}

std::string list_invitations(SqliteDatabase& database, Position after, std::vector<Fact>& facts) {
  auto rows = database.query(
      "SELECT secret_hash, admin, created_at, expires_at FROM invitations"
      " WHERE secret_hash > ? ORDER BY secret_hash LIMIT ?");
  rows.bind_bytes(after.bytes).bind(page_rows);
  std::string last;
  std::size_t count = 0;
  for (; rows.step(); ++count) {
    last = rows.text(0);
    facts.emplace_back(Invitation{rows.digest(0), rows.boolean(1), rows.time(2), rows.time(3)});
  }
  return end_of(count, last);
}

std::string list_tokens(SqliteDatabase& database, Position after, std::vector<Fact>& facts) {
  auto rows = database.query("SELECT " TAPEDECK_TOKEN_COLUMNS
                             " FROM tokens t WHERE t.secret_hash > ?"
                             " ORDER BY t.secret_hash LIMIT ?");
  rows.bind_bytes(after.bytes).bind(page_rows);
  std::string last;
  std::size_t count = 0;
  for (; rows.step(); ++count) {
    auto token = read_token(rows);
    last = view_of(token.secret_hash);
    facts.emplace_back(std::move(token));
  }
  return end_of(count, last);
}

/// The position has the key's numbers as text, then its ids.
std::string list_due(SqliteDatabase& database, Position after, std::vector<Fact>& facts) {
  auto rows = database.query(
      "SELECT hour, at, kind, account, recording FROM due"
      " WHERE (hour, at, kind, account, recording) > (?, ?, ?, ?, ?)"
      " ORDER BY hour, at, kind, account, recording LIMIT ?");
  long long hour = std::numeric_limits<std::int64_t>::min();
  long long at = 0;
  int kind = 0;
  std::string ids;
  if (!after.bytes.empty()) {
    ids = after.bytes.substr(after.bytes.size() - 32);
    std::istringstream numbers{std::string(after.bytes)};
    numbers >> hour >> at >> kind;
  }
  rows.bind(std::int64_t{hour}, std::int64_t{at}, kind);
  rows.bind_bytes(ByteView(ids).substr(0, std::min<std::size_t>(16, ids.size())));
  rows.bind_bytes(ids.size() == 32 ? ByteView(ids).substr(16) : ByteView()).bind(page_rows);
  std::string last;
  std::size_t count = 0;
  for (; rows.step(); ++count) {
    Due due{rows.time(1), static_cast<DueKind>(rows.integer(2)), rows.id<AccountId>(3),
            rows.id<RecordingId>(4)};
    last = fmt::format("{} {} {} ", rows.integer(0), rows.integer(1), rows.integer(2));
    last.append(due.account.view()).append(due.recording.view());
    facts.emplace_back(due);
  }
  return end_of(count, last);
}

std::vector<Segment> segments_of(SqliteDatabase& database, const Recording& recording) {
  std::vector<Segment> segments;
  auto chunks = database.query(
      "SELECT segments FROM chunks WHERE account = ? AND recording = ? ORDER BY begin");
  chunks.bind(recording.account, recording.id);
  while (chunks.step()) {
    auto chunk = decode_segments(chunks.view(0));
    segments.insert(segments.end(), chunk.begin(), chunk.end());
  }
  segments.insert(segments.end(), recording.tail.begin(), recording.tail.end());
  return segments;
}

std::string list_recordings(SqliteDatabase& database, Position after, std::vector<Fact>& facts) {
  auto rows = database.query("SELECT " TAPEDECK_RECORDING_COLUMNS
                             " FROM recordings WHERE (account, id) > (?, ?)"
                             " ORDER BY account, id LIMIT ?");
  rows.bind_bytes(after.first()).bind_bytes(after.rest()).bind(page_rows);
  std::string last;
  std::size_t count = 0;
  std::size_t segments = 0;
  for (; segments < page_segments && rows.step(); ++count) {
    RecordingFact fact{read_recording(rows), {}};
    fact.segments = segments_of(database, fact.recording);
    fact.recording.tail.clear();
    fact.recording.direct.clear();
    segments += fact.segments.size();
    last = std::string(fact.recording.account.view()) + std::string(fact.recording.id.view());
    facts.emplace_back(std::move(fact));
  }
  return segments < page_segments ? end_of(count, last) : last;
}

std::string list_tombstones(SqliteDatabase& database, Position after, std::vector<Fact>& facts) {
  auto rows = database.query(
      "SELECT account, recording, changed_at FROM tombstones WHERE (account, recording) > (?, ?)"
      " ORDER BY account, recording LIMIT ?");
  rows.bind_bytes(after.first()).bind_bytes(after.rest()).bind(page_rows);
  std::string last;
  std::size_t count = 0;
  for (; rows.step(); ++count) {
    TombstoneFact fact{rows.id<AccountId>(0), rows.id<RecordingId>(1), rows.time(2)};
    last = std::string(fact.account.view()) + std::string(fact.recording.view());
    facts.emplace_back(fact);
  }
  return end_of(count, last);
}

std::string list_claims(SqliteDatabase& database, Position after, std::vector<Fact>& facts) {
  auto rows = database.query(
      "SELECT account, key, recording, created_at FROM claims WHERE (account, key) > (?, ?)"
      " ORDER BY account, key LIMIT ?");
  rows.bind_bytes(after.first()).bind_bytes(after.rest()).bind(page_rows);
  std::string last;
  std::size_t count = 0;
  for (; rows.step(); ++count) {
    ClaimFact fact{rows.id<AccountId>(0), rows.digest(1), rows.id<RecordingId>(2), rows.time(3)};
    last = std::string(fact.account.view()) + std::string(view_of(fact.key));
    facts.emplace_back(fact);
  }
  return end_of(count, last);
}

std::string list_uploads(SqliteDatabase& database, Position after, std::vector<Fact>& facts) {
  auto rows = database.query("SELECT secret_hash, " TAPEDECK_UPLOAD_COLUMNS
                             " FROM uploads WHERE secret_hash > ? ORDER BY secret_hash LIMIT ?");
  rows.bind_bytes(after.bytes).bind(page_rows);
  std::string last;
  std::size_t count = 0;
  for (; rows.step(); ++count) {
    last = rows.text(0);
    facts.emplace_back(read_upload(rows.digest(0), rows, 1));
  }
  return end_of(count, last);
}

constexpr std::array<ListTable, 9> tables = {list_secrets,    list_accounts, list_invitations,
                                             list_tokens,     list_due,      list_recordings,
                                             list_tombstones, list_claims,   list_uploads};

}  // namespace

/// `after` is the table's number as one character, then the last key in it.
FactPage list_fact_rows(SqliteDatabase& database, const std::string& after) {
  FactPage page;
  auto table = after.empty() ? 0 : static_cast<std::size_t>(after[0] - '0');
  auto last = after.empty() ? std::string() : after.substr(1);
  last = tables.at(table)(database, {last}, page.facts);
  if (last.empty()) ++table;
  if (table < tables.size()) page.next = static_cast<char>('0' + table) + last;
  return page;
}

}  // namespace tapedeck
