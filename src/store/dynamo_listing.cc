// Reading many rows: pages of recordings, changes, segments.
#include <algorithm>
#include <map>

#include "store/dynamo_catalog.h"
#include "store/dynamo_keys.h"
#include "store/facts.h"

namespace tapedeck {

namespace {

constexpr std::size_t page_items_max = 1'000;

/// Another item of the page may still be live: the index does not know its size.
bool grows(const DynamoRecording& row) {
  return row.recording.state == RecordingState::recording || row.recording.recovered;
}

/// The page's keys, both included; `after` itself is left out by the reader.
DynamoQuery listing_of(AccountId account, const ListFilter& filter,
                       const std::optional<ListPosition>& after) {
  auto prefix = listed_prefix(filter.partial, is_trash(filter));
  DynamoQuery query{account_key(account).pk, prefix, prefix + "~"};
  query.index = "listed";
  query.backwards = true;
  if (filter.from) query.from = listed_key(prefix, *filter.from);
  if (filter.to) query.to = listed_key(prefix, *filter.to);  // shorter than those of that time
  if (after) {
    query.to = std::min(query.to, listed_key(prefix, after->recorded_at, after->id.text()));
  }
  return query;
}

ListPosition position_of(const Recording& recording) {
  return {recording.description.recorded_at, recording.id};
}

bool is_after(const Recording& recording, const std::optional<ListPosition>& after) {
  return !after || recording.description.recorded_at != after->recorded_at ||
         recording.id != after->id;
}

}  // namespace

Task<std::vector<Segment>> DynamoCatalog::list_segments(AccountId account, RecordingId id,
                                                        ByteCount from, std::size_t max) {
  auto segments = co_await store_.list_segments(account, id, from, max);
  co_return segments;
}

/// Replaces those that may grow by what they are now.
Task<void> DynamoCatalog::fill_in_growth(std::vector<DynamoRecording>& rows) {
  std::vector<DynamoKey> keys;
  for (const auto& row : rows) {
    if (!row.gone && grows(row)) {
      keys.push_back(recording_key(row.recording.account, row.recording.id));
    }
  }
  if (keys.empty()) co_return;
  auto items = co_await client_.find_all(keys);
  std::map<RecordingId, DynamoRecording> grown;
  for (const auto& item : items) {
    auto row = read_recording(item);
    row.recording.tail.clear();
    row.recording.hash_state.clear();
    row.recording.direct.clear();
    grown.emplace(row.recording.id, std::move(row));
  }
  for (auto& row : rows) {
    auto found = grown.find(row.recording.id);
    if (found == grown.end() || found->second.gone) continue;
    // Its place in the list or feed stays the one that it was found at.
    auto changed_at = row.recording.changed_at;
    auto recorded_at = row.recording.description.recorded_at;
    row = found->second;
    row.recording.changed_at = changed_at;
    row.recording.description.recorded_at = recorded_at;
  }
}

Task<RecordingPage> DynamoCatalog::list_recordings(AccountId account, const ListFilter& filter,
                                                   std::optional<ListPosition> after,
                                                   std::size_t max, Time now) {
  RecordingPage page;
  if (max == 0) co_return page;
  auto query = listing_of(account, filter, after);
  if (query.from > query.to) co_return page;
  bool is_filtered = filter.text || filter.tag || filter.state;
  std::size_t left = std::max(options_.examined_max, max);
  ListPosition last;
  do {
    query.max = std::min({is_filtered ? page_items_max : max + 2, page_items_max, left + 2});
    auto found = co_await client_.query(query);
    std::vector<DynamoRecording> rows;
    for (const auto& item : found.items) {
      auto row = read_listed(item);
      if (is_after(row.recording, after)) rows.push_back(std::move(row));
    }
    co_await fill_in_growth(rows);
    for (auto& row : rows) {
      if (page.recordings.size() == max || left == 0) {
        page.next = last;
        co_return page;
      }
      --left;
      last = position_of(row.recording);
      if (matches(filter, row.recording, now)) page.recordings.push_back(std::move(row.recording));
    }
    query.after = found.next;
  } while (!query.after.empty());
  co_return page;
}

Task<ChangePage> DynamoCatalog::list_changes(AccountId account, ChangePosition since,
                                             std::size_t max) {
  ChangePage page;
  DynamoQuery query{account_key(account).pk, changed_key(since.changed_at, since.id), "~"};
  query.index = "changed";
  std::vector<DynamoRecording> rows;
  do {
    query.max = std::min(max + 1 - rows.size(), page_items_max);
    auto found = co_await client_.query(query);
    for (const auto& item : found.items) rows.push_back(read_listed(item));
    query.after = found.next;
  } while (!query.after.empty() && rows.size() <= max);
  page.more = rows.size() > max;
  if (page.more) rows.resize(max);
  co_await fill_in_growth(rows);
  for (auto& row : rows) {
    Change change{row.recording.id, row.recording.changed_at, std::nullopt};
    if (!row.gone) change.recording = std::move(row.recording);
    page.changes.push_back(std::move(change));
  }
  co_return page;
}

}  // namespace tapedeck
