// Reading many rows: pages of recordings, changes, segments.
#include <algorithm>
#include <limits>
#include <tuple>

#include "store/facts.h"
#include "store/segment_codec.h"
#include "store/sqlite_catalog.h"
#include "store/sqlite_rows.h"

namespace tapedeck {

namespace {

// INDEXED BY: a statement that its index does not serve fails, rather than scans an account.
constexpr const char* list_sql =
    "SELECT " TAPEDECK_LISTED_COLUMNS
    " FROM recordings INDEXED BY listed WHERE account = ? AND trashed_at IS NULL AND partial = 0"
    " AND recorded_at >= ? AND (recorded_at, id) < (?, ?)"
    " ORDER BY recorded_at DESC, id DESC";
constexpr const char* list_trash_sql =
    "SELECT " TAPEDECK_LISTED_COLUMNS
    " FROM recordings INDEXED BY trash WHERE account = ? AND trashed_at IS NOT NULL AND partial = 0"
    " AND recorded_at >= ? AND (recorded_at, id) < (?, ?)"
    " ORDER BY recorded_at DESC, id DESC";
constexpr const char* list_partial_sql =
    "SELECT " TAPEDECK_LISTED_COLUMNS
    " FROM recordings INDEXED BY partials WHERE account = ? AND partial = 1"
    " AND recorded_at >= ? AND (recorded_at, id) < (?, ?)"
    " ORDER BY recorded_at DESC, id DESC";

const char* sql_for(const ListFilter& filter) {
  if (filter.partial) return list_partial_sql;
  return is_trash(filter) ? list_trash_sql : list_sql;
}

/// Rows before this position are in the page: after the last page, and before `to`.
ListPosition upper_bound(const ListFilter& filter, const std::optional<ListPosition>& after) {
  ListPosition bound;
  bound.recorded_at = Time::max();
  bound.id.value.bytes.fill(0xff);
  // No id is less than zero, so this leaves out all of `to`.
  if (filter.to) bound = {*filter.to, RecordingId{}};
  auto is_before = [](const ListPosition& a, const ListPosition& b) {
    return std::tie(a.recorded_at, a.id) < std::tie(b.recorded_at, b.id);
  };
  if (after && is_before(*after, bound)) bound = *after;
  return bound;
}

RecordingPage list_page(SqliteDatabase& database, AccountId account, const ListFilter& filter,
                        const std::optional<ListPosition>& after, std::size_t max,
                        std::size_t examined_max, Time now) {
  RecordingPage page;
  if (max == 0) return page;
  auto bound = upper_bound(filter, after);
  auto rows = database.query(sql_for(filter));
  rows.bind(account, filter.from.value_or(Time::min()), bound.recorded_at, bound.id);

  examined_max = std::max(examined_max, max);  // a page without a filter is never short
  ListPosition last;
  for (std::size_t examined = 0; rows.step(); ++examined) {
    if (page.recordings.size() == max || examined == examined_max) {
      page.next = last;
      break;
    }
    auto recording = read_listed(rows);
    last = {recording.description.recorded_at, recording.id};
    if (matches(filter, recording, now)) page.recordings.push_back(std::move(recording));
  }
  return page;
}

ChangePage changes_page(SqliteDatabase& database, AccountId account, const ChangePosition& since,
                        std::size_t max) {
  Snapshot snapshot(database);  // a purge between the two reads would hide its recording
  ChangePage page;
  {
    auto rows = database.query("SELECT " TAPEDECK_LISTED_COLUMNS
                               " FROM recordings INDEXED BY changed"
                               " WHERE account = ? AND partial = 0"
                               " AND (changed_at, id) >= (?, ?) ORDER BY changed_at, id LIMIT ?");
    rows.bind(account, since.changed_at, since.id, limit_of(max));
    while (rows.step()) {
      auto recording = read_listed(rows);
      auto id = recording.id;
      auto changed_at = recording.changed_at;
      page.changes.push_back({id, changed_at, std::move(recording)});
    }
  }
  {
    auto rows = database.query(
        "SELECT recording, changed_at FROM tombstones WHERE account = ?"
        " AND (changed_at, recording) >= (?, ?) ORDER BY changed_at, recording LIMIT ?");
    rows.bind(account, since.changed_at, since.id, limit_of(max));
    while (rows.step()) {
      page.changes.push_back({rows.id<RecordingId>(0), rows.time(1), std::nullopt});
    }
  }
  auto is_before = [](const Change& a, const Change& b) {
    return std::tie(a.changed_at, a.id) < std::tie(b.changed_at, b.id);
  };
  std::sort(page.changes.begin(), page.changes.end(), is_before);
  page.more = page.changes.size() > max;
  if (page.more) page.changes.resize(max);
  return page;
}

std::vector<Segment> segments_after(SqliteDatabase& database, AccountId account, RecordingId id,
                                    ByteCount from, std::size_t max) {
  Snapshot snapshot(database);  // the tail may spill between the two reads
  std::vector<Segment> found;
  auto add = [&](const std::vector<Segment>& segments) {
    for (const auto& segment : segments) {
      if (segment.end > from && found.size() < max) found.push_back(segment);
    }
  };
  if (from > stored_bytes_max) return found;
  {
    // The chunk that `from` lies in is the last one that begins at or before it.
    auto rows = database.query(R"(
        SELECT segments FROM chunks WHERE account = ?1 AND recording = ?2 AND begin >= coalesce(
          (SELECT max(begin) FROM chunks WHERE account = ?1 AND recording = ?2 AND begin <= ?3), 0)
        ORDER BY begin)");
    rows.bind(account, id, from);
    while (found.size() < max && rows.step()) add(decode_segments(rows.view(0)));
  }
  if (found.size() == max) return found;
  auto row = database.query("SELECT tail FROM recordings WHERE account = ? AND id = ?");
  if (row.bind(account, id).step()) add(decode_segments(row.view(0)));
  return found;
}

}  // namespace

Task<std::vector<Segment>> SqliteCatalog::list_segments(AccountId account, RecordingId id,
                                                        ByteCount from, std::size_t max) {
  auto job = [&](SqliteDatabase& database) {
    return segments_after(database, account, id, from, max);
  };
  co_return co_await readers_.read(job);
}

Task<RecordingPage> SqliteCatalog::list_recordings(AccountId account, const ListFilter& filter,
                                                   std::optional<ListPosition> after,
                                                   std::size_t max, Time now) {
  auto job = [&](SqliteDatabase& database) {
    return list_page(database, account, filter, after, max, options_.examined_max, now);
  };
  co_return co_await readers_.read(job);
}

Task<ChangePage> SqliteCatalog::list_changes(AccountId account, ChangePosition since,
                                             std::size_t max) {
  auto job = [&](SqliteDatabase& database) { return changes_page(database, account, since, max); };
  co_return co_await readers_.read(job);
}

}  // namespace tapedeck
