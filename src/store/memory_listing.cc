#include <algorithm>

#include "store/facts.h"
#include "store/memory_catalog.h"

namespace tapedeck {

namespace {

/// As a list gives it.
Recording listed(const Recording& recording) {
  auto copy = recording;
  copy.tail.clear();
  copy.hash_state.clear();
  copy.direct.clear();
  return copy;
}

auto position_of(const Recording& recording) {
  return std::tie(recording.description.recorded_at, recording.id);
}

bool is_in(const ListFilter& filter, const Recording& recording) {
  auto at = recording.description.recorded_at;
  if (recording.partial != filter.partial) return false;
  if (!filter.partial && recording.trashed_at.has_value() != is_trash(filter)) return false;
  return (!filter.from || at >= *filter.from) && (!filter.to || at < *filter.to);
}

}  // namespace

Task<std::vector<Segment>> MemoryCatalog::list_segments(AccountId account, RecordingId id,
                                                        ByteCount from, std::size_t max) {
  std::lock_guard lock(mutex_);
  std::vector<Segment> segments;
  auto* row = find(account, id);
  if (row == nullptr) co_return segments;
  auto add = [&](const Segment& segment) {
    if (segment.end > from && segments.size() < max) segments.push_back(segment);
  };
  for (const auto& segment : row->spilled) add(segment);
  for (const auto& segment : row->recording.tail) add(segment);
  co_return segments;
}

Task<RecordingPage> MemoryCatalog::list_recordings(AccountId account, const ListFilter& filter,
                                                   std::optional<ListPosition> after,
                                                   std::size_t max, Time now) {
  std::lock_guard lock(mutex_);
  std::vector<const Recording*> found;
  auto at = recordings_.lower_bound({account, RecordingId{}});
  for (; at != recordings_.end() && at->first.first == account; ++at) {
    const auto& recording = at->second.recording;
    if (after && position_of(recording) >= std::tie(after->recorded_at, after->id)) continue;
    if (is_in(filter, recording) && matches(filter, recording, now)) found.push_back(&recording);
  }
  std::sort(found.begin(), found.end(), [](const Recording* a, const Recording* b) {
    return position_of(*a) > position_of(*b);
  });

  RecordingPage page;
  for (const auto* recording : found) {
    if (page.recordings.size() == max) {
      if (max == 0) break;
      const auto& last = page.recordings.back();
      page.next = ListPosition{last.description.recorded_at, last.id};
      break;
    }
    page.recordings.push_back(listed(*recording));
  }
  co_return page;
}

Task<ChangePage> MemoryCatalog::list_changes(AccountId account, ChangePosition since,
                                             std::size_t max) {
  std::lock_guard lock(mutex_);
  ChangePage page;
  auto at = recordings_.lower_bound({account, RecordingId{}});
  for (; at != recordings_.end() && at->first.first == account; ++at) {
    const auto& recording = at->second.recording;
    if (recording.partial) continue;
    page.changes.push_back({recording.id, recording.changed_at, listed(recording)});
  }
  auto tomb = tombstones_.lower_bound({account, RecordingId{}});
  for (; tomb != tombstones_.end() && tomb->first.first == account; ++tomb) {
    page.changes.push_back({tomb->first.second, tomb->second, std::nullopt});
  }
  std::erase_if(page.changes, [&](const Change& change) {
    return std::tie(change.changed_at, change.id) < std::tie(since.changed_at, since.id);
  });
  std::sort(page.changes.begin(), page.changes.end(), [](const Change& a, const Change& b) {
    return std::tie(a.changed_at, a.id) < std::tie(b.changed_at, b.id);
  });
  page.more = page.changes.size() > max;
  if (page.more) page.changes.resize(max);
  co_return page;
}

}  // namespace tapedeck
