// Listing, changing, playing and deleting. Taking new recordings is in create.cc.
#include "core/recordings.h"

#include <algorithm>

#include "base/error.h"
#include "core/description.h"
#include "core/direct_state.h"
#include "core/purge.h"
#include "core/segment_source.h"

namespace tapedeck {

namespace {

Error no_recording() {
  return {Fault::not_found, "There is no such recording."};
}

bool before(const ChangePosition& a, const ChangePosition& b) {
  return a.changed_at != b.changed_at ? a.changed_at < b.changed_at : a.id < b.id;
}

}  // namespace

ChangePosition position_after(const Change& change) {
  ChangePosition position{change.changed_at, change.id};
  auto& bytes = position.id.value.bytes;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    if (++*byte != 0) return position;
  }
  return {change.changed_at + Millis(1), {}};
}

Recordings::Recordings(Catalog& catalog, Blobs& blobs, Env& env, Live& live, Options options)
    : catalog_(catalog), blobs_(blobs), env_(env), live_(live), options_(std::move(options)) {}

Task<Recording> Recordings::find(AccountId account, RecordingId id) {
  auto recording = co_await catalog_.find_recording(account, id);
  if (!recording || recording->partial) throw no_recording();
  co_return std::move(*recording);
}

Task<RecordingPage> Recordings::list(AccountId account, const ListFilter& filter,
                                     std::optional<ListPosition> after, std::size_t max) {
  auto count = std::clamp<std::size_t>(max, 1, options_.page_max);
  auto now = env_.now();
  co_return co_await catalog_.list_recordings(account, filter, after, count, now);
}

Task<ChangePage> Recordings::list_changes(AccountId account, std::optional<ChangePosition> since,
                                          std::size_t max) {
  auto count = std::clamp<std::size_t>(max, 1, options_.page_max);
  auto now = env_.now();  // before the read: what is written after it is newer than the hold
  if (since && since->changed_at < now - options_.tombstones_kept) {
    throw Error(Fault::gone,
                "This cursor is older than deletions are remembered: list everything "
                "again, then ask for changes without a cursor.");
  }
  auto from = since.value_or(ChangePosition{});
  auto page = co_await catalog_.list_changes(account, from, count);
  ChangePosition hold{now - options_.changes_held_back, {}};
  page.next = hold;
  if (page.more && !page.changes.empty()) {
    auto next = position_after(page.changes.back());
    page.more = before(next, hold);
    if (page.more) page.next = next;
  }
  co_return page;
}

Task<Recording> Recordings::change(AccountId account, RecordingId id, RecordingPatch patch,
                                   std::optional<std::uint64_t> if_version) {
  auto now = env_.now();
  patch = checked_patch(std::move(patch), now);
  auto changed = co_await catalog_.change_recording(account, id, patch, if_version, now);
  if (changed) co_return std::move(*changed);
  auto existing = co_await catalog_.find_recording(account, id);
  if (!existing || !if_version) throw no_recording();
  throw Error(Fault::precondition_failed,
              "This recording was changed meanwhile: read it again, then repeat the change.");
}

Task<Recording> Recordings::trash(AccountId account, RecordingId id) {
  auto now = env_.now();
  auto complete = co_await complete_live(catalog_, account, id, now, now);
  if (!complete) throw no_recording();
  if (!complete->direct.empty()) {
    auto ended = co_await end_direct(catalog_, blobs_, *complete, now);
    static_cast<void>(ended);  // else its bytes came just now, and go to the trash with it
  }
  auto trashed = co_await catalog_.trash_recording(account, id, now, now + options_.trash_time);
  if (!trashed) throw no_recording();
  co_return std::move(*trashed);
}

std::unique_ptr<ByteSource> Recordings::follow(const Recording& recording, ByteCount from) {
  return live_.follow(recording, from);
}

Task<Recording> Recordings::restore(AccountId account, RecordingId id) {
  auto now = env_.now();
  auto restored = co_await catalog_.restore_recording(account, id, now);
  if (!restored) restored = co_await catalog_.find_recording(account, id);
  if (!restored) throw no_recording();
  co_return std::move(*restored);
}

Task<void> Recordings::purge(AccountId account, RecordingId id) {
  auto recording = co_await find(account, id);
  auto now = env_.now();
  auto purged = co_await purge_trashed(catalog_, blobs_, recording, now);
  if (purged) co_return;
  auto existing = co_await catalog_.find_recording(account, id);
  if (!existing) throw no_recording();
  throw Error(Fault::conflict,
              "This recording is not in the trash: delete it first, then delete it for good.");
}

/// One that may still grow would get another blob meanwhile.
Task<std::optional<std::string>> Recordings::share(const Recording& recording, const SharedAs& as,
                                                   std::chrono::seconds lifetime) {
  const auto& tail = recording.tail;
  auto is_one = tail.size() == 1 && tail.front().begin == 0 && tail.front().end == recording.size;
  if (!is_one || may_grow(recording)) co_return std::nullopt;
  auto key = blob_key(recording, tail.front());
  auto url = co_await blobs_.share(key, as, lifetime);
  co_return url;
}

Task<std::unique_ptr<ByteSource>> Recordings::open(const Recording& recording, ByteRange range) {
  co_return co_await open_segments(catalog_, blobs_, recording, range);
}

}  // namespace tapedeck
