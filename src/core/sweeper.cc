#include "core/sweeper.h"

#include <algorithm>

#include "core/direct_state.h"
#include "core/purge.h"
#include "core/segment_source.h"

namespace tapedeck {

namespace {

constexpr std::size_t page_dues = 1000;
constexpr std::size_t page_accounts = 500;
constexpr std::size_t page_recordings = 100;
constexpr std::size_t page_blobs = 1000;
constexpr std::size_t page_segments = 512;

bool same_recording(const BlobKey& a, const BlobKey& b) {
  return a.account == b.account && a.recording == b.recording;
}

void log_report(Log& log, const char* event, const SweepReport& report) {
  log.info(event, {{"purged", report.purged},
                   {"closed_accounts", report.closed_accounts},
                   {"digests", report.digests},
                   {"recovered", report.recovered},
                   {"joined", report.joined},
                   {"blobs_seen", report.blobs_seen},
                   {"blobs_erased", report.blobs_erased},
                   {"aborted", report.aborted},
                   {"failures", report.failures}});
}

/// A client sends its bytes straight to the store: that blob is named, too.
bool is_direct(const Recording& recording, Ulid piece) {
  return !recording.direct.empty() && parse_direct(recording.direct).piece == piece;
}

/// Takes what the catalog's segments name out of `keys`.
Task<void> remove_named(Catalog& catalog, AccountId account, RecordingId id,
                        std::vector<BlobKey>& keys) {
  ByteCount from = 0;
  while (!keys.empty()) {
    auto page = co_await catalog.list_segments(account, id, from, page_segments);
    if (page.empty()) break;
    for (const auto& segment : page) {
      auto is_named = [&](const BlobKey& key) { return key.piece == segment.piece; };
      std::erase_if(keys, is_named);
    }
    from = page.back().end;
  }
}

/// Out of the trash for good? A removal that broke off half way (remove_recording) left there what
/// nobody put into the trash and nobody sees in it, a part or one without bytes: that need not
/// wait.
bool is_over(const Recording& trashed, Millis trash_time, Time now) {
  bool is_nothing = trashed.state == RecordingState::recording && trashed.size == 0;
  return trashed.partial || is_nothing || *trashed.trashed_at + trash_time <= now;
}

}  // namespace

SweepReport& SweepReport::operator+=(const SweepReport& other) {
  purged += other.purged;
  closed_accounts += other.closed_accounts;
  digests += other.digests;
  recovered += other.recovered;
  joined += other.joined;
  blobs_seen += other.blobs_seen;
  blobs_erased += other.blobs_erased;
  aborted += other.aborted;
  failures += other.failures;
  return *this;
}

Sweeper::Sweeper(Catalog& catalog, Blobs& blobs, Env& env, Log& log, Options options)
    : catalog_(catalog), blobs_(blobs), env_(env), log_(log), options_(std::move(options)) {}

Task<SweepReport> Sweeper::sweep_due() {
  auto report = co_await chores();
  tell(report);
  co_return report;
}

Task<SweepReport> Sweeper::sweep() {
  auto report = co_await chores();
  co_await collect_garbage(report);
  tell(report);
  co_return report;
}

Task<void> Sweeper::run() {
  auto garbage_at = env_.now() + options_.chores_every;  // a start is busy enough without it
  for (;;) {
    co_await try_chores();
    if (env_.now() >= garbage_at) {
      garbage_at = env_.now() + options_.garbage_every;
      co_await try_garbage();
    }
    co_await env_.sleep(options_.chores_every);
  }
}

Task<void> Sweeper::try_chores() {
  try {
    auto mode = co_await catalog_.find_mode();
    if (mode != CatalogMode::open) co_return;  // it is being moved: whoever has it then sweeps
    auto report = co_await chores();
    tell(report);
    bool did_something = report.purged + report.closed_accounts + report.recovered + report.joined +
                             report.failures >
                         0;
    if (did_something) log_report(log_, "chores done", report);
  } catch (const std::exception& error) {
    log_.error("chores failed", {{"detail", error.what()}});
    tell({.failures = 1});
  }
}

Task<void> Sweeper::try_garbage() {
  try {
    auto mode = co_await catalog_.find_mode();
    if (mode != CatalogMode::open) co_return;
    SweepReport report;
    co_await collect_garbage(report);
    tell(report);
    log_report(log_, "garbage collected", report);
  } catch (const std::exception& error) {
    log_.error("garbage collection failed", {{"detail", error.what()}});
    tell({.failures = 1});
  }
}

void Sweeper::tell(const SweepReport& report) const {
  if (options_.on_sweep) options_.on_sweep(report);
}

void Sweeper::note(SweepReport& report, const char* what, const std::string& id,
                   const Error& error) {
  ++report.failures;
  log_.warning("sweep step failed", {{"step", what}, {"id", id}, {"detail", error.what()}});
}

// ---- chores ------------------------------------------------------------------------------------

Task<SweepReport> Sweeper::chores() {
  SweepReport report;
  co_await purge_due(report);
  co_await empty_closing_accounts(report);
  auto now = env_.now();
  co_await catalog_.forget(now - options_.tombstones_kept, now - options_.claims_kept,
                           now - options_.token_grace);
  co_return report;
}

Task<void> Sweeper::purge_due(SweepReport& report) {
  for (;;) {
    auto now = env_.now();
    auto dues = co_await catalog_.list_due(now, page_dues);
    std::size_t used_up = 0;
    for (const auto& due : dues) {
      try {
        co_await follow(due, report);
        ++used_up;
      } catch (const Error& error) {
        note(report, "due", due.recording.text(), error);
      }
    }
    // What is left would be listed again: next time.
    if (dues.size() < page_dues || used_up < dues.size()) co_return;
  }
}

/// The hint was written when something was to become due; what is true now is in the fact. A hint
/// to purge that came too early (restored and trashed again, or the trash time was made longer)
/// becomes a later one.
Task<void> Sweeper::follow(const Due& due, SweepReport& report) {
  auto now = env_.now();
  auto recording = co_await catalog_.find_recording(due.account, due.recording);
  bool is_trash = recording && recording->trashed_at;
  if (due.kind == DueKind::purge) {
    if (is_trash && is_over(*recording, options_.trash_time, now)) {
      auto purged = co_await purge_trashed(catalog_, blobs_, *recording, now);
      report.purged += purged ? 1 : 0;
    } else if (is_trash) {
      auto later = due;
      later.at = *recording->trashed_at + options_.trash_time;
      co_await catalog_.add_due(later);
    }
  } else if (recording && !is_trash && due.kind == DueKind::finish) {
    co_await finish(*recording, report);
  } else if (recording && due.kind == DueKind::join) {
    auto joined = co_await join_recording(catalog_, blobs_, env_, *recording, options_.joining);
    report.joined += joined ? 1 : 0;
  }
  co_await catalog_.remove_due(due);
}

/// A live recording that fell silent is completed; one with nothing in it, or a part for a
/// concatenation, goes when it can no longer be resumed. What is not due yet gets a later hint.
Task<void> Sweeper::finish(const Recording& recording, SweepReport& report) {
  auto now = env_.now();
  bool is_live = recording.state == RecordingState::recording;
  bool is_nothing = recording.partial || (is_live && recording.size == 0);
  if (!is_nothing && !is_live) co_return;
  auto at =
      recording.last_append_at + (is_nothing ? options_.resumable_time : options_.finish_after);
  Due due{at, DueKind::finish, recording.account, recording.id};
  if (at > now) {
    co_await catalog_.add_due(due);
  } else if (is_nothing) {
    co_await remove_recording(catalog_, blobs_, recording, now);
    ++report.purged;
  } else {
    due.kind = DueKind::join;
    co_await catalog_.add_due(due);
    auto silent_since = now - options_.finish_after;
    co_await complete_live(catalog_, recording.account, recording.id, silent_since, now);
    ++report.recovered;
  }
}

Task<void> Sweeper::empty_closing_accounts(SweepReport& report) {
  std::optional<AccountId> after;
  do {
    auto page = co_await catalog_.list_accounts(after, page_accounts);
    for (const auto& account : page.accounts) {
      if (account.state != AccountState::closing) continue;
      try {
        co_await empty(account.id, report);
      } catch (const Error& error) {
        note(report, "closing account", account.id.text(), error);
      }
    }
    after = page.next;
  } while (after);
}

Task<void> Sweeper::empty(AccountId account, SweepReport& report) {
  for (int pass = 0; pass < 3; ++pass) {
    ListFilter filter;
    if (pass == 1) filter.partial = true;
    if (pass == 2) filter.state = ShownState::trashed;  // the trash after the rest
    std::optional<ListPosition> after;
    do {
      auto now = env_.now();
      auto page = co_await catalog_.list_recordings(account, filter, after, page_recordings, now);
      for (const auto& recording : page.recordings) {
        if (!recording.trashed_at) {
          co_await complete_live(catalog_, account, recording.id, now, now);
          co_await catalog_.trash_recording(account, recording.id, now, now);
        }
        auto purged = co_await purge_trashed(catalog_, blobs_, recording, now);
        report.purged += purged ? 1 : 0;
      }
      after = page.next;
    } while (after);
  }
  auto removed = co_await catalog_.remove_account(account);
  report.closed_accounts += removed ? 1 : 0;
}

// ---- garbage -----------------------------------------------------------------------------------

/// Sorted, the keys of one recording follow each other in a page, and often over pages. The facts
/// are read after the keys: a key that is old then, and is not named, never will be.
Task<void> Sweeper::collect_garbage(SweepReport& report) {
  std::optional<BlobKey> after;
  std::optional<BlobKey> current;  // a key of the recording that is being gathered
  std::vector<BlobKey> old_keys;   // its keys older than the grace
  do {
    auto old_before = env_.now() - options_.grace;
    auto page = co_await blobs_.list(after, page_blobs);
    std::sort(page.keys.begin(), page.keys.end());
    for (const auto& key : page.keys) {
      ++report.blobs_seen;
      if (current && !same_recording(*current, key)) {
        co_await look_after(*current, old_keys, report);
        old_keys.clear();
      }
      current = key;
      if (key.piece.made_at() <= old_before) old_keys.push_back(key);
      if (old_keys.size() < page_blobs) continue;
      co_await look_after(key, old_keys, report);  // many pieces: memory stays bounded
      old_keys.clear();
    }
    after = page.next;
  } while (after);
  if (current) co_await look_after(*current, old_keys, report);
  try {
    co_await collect_unfinished(report);
  } catch (const Error& error) {
    note(report, "list unfinished", "", error);
  }
}

Task<void> Sweeper::collect_unfinished(SweepReport& report) {
  std::optional<DirectBlob> after;
  do {
    auto old_before = env_.now() - options_.grace;
    auto page = co_await blobs_.list_unfinished(after, page_blobs);
    for (const auto& blob : page.blobs) {
      if (blob.key.piece.made_at() <= old_before) co_await judge_unfinished(blob, report);
    }
    after = page.next;
  } while (after);
}

/// The fact is read after the store was, as for finished blobs. A finished blob of that key is not
/// touched: a beginning that was asked for twice leaves two, and the other may be the recording's.
Task<void> Sweeper::judge_unfinished(const DirectBlob& blob, SweepReport& report) {
  try {
    auto recording = co_await catalog_.find_recording(blob.key.account, blob.key.recording);
    if (recording && is_direct(*recording, blob.key.piece)) co_return;
    co_await blobs_.abort_direct(blob);
    ++report.aborted;
  } catch (const Error& error) {
    note(report, "abort", blob.key.text(), error);
  }
}

/// Judges one recording whose blobs were seen: erases what it does not name, purges it when its
/// time in the trash is over, and fills in its digest.
Task<void> Sweeper::look_after(const BlobKey& any_key, const std::vector<BlobKey>& old_keys,
                               SweepReport& report) {
  auto recording = co_await catalog_.find_recording(any_key.account, any_key.recording);
  auto garbage = old_keys;
  if (recording && !recording->direct.empty()) {
    auto is_named = [&](const BlobKey& key) { return is_direct(*recording, key.piece); };
    std::erase_if(garbage, is_named);
  }
  if (recording) co_await remove_named(catalog_, any_key.account, any_key.recording, garbage);
  co_await erase_garbage(garbage, report);
  if (!recording) co_return;

  auto now = env_.now();
  try {
    if (recording->trashed_at && *recording->trashed_at + options_.trash_time <= now) {
      auto purged = co_await purge_trashed(catalog_, blobs_, *recording, now);
      report.purged += purged ? 1 : 0;
    } else if (recording->state != RecordingState::recording && !recording->sha256) {
      auto digest = co_await read_digest(catalog_, blobs_, *recording);
      co_await catalog_.set_digest(any_key.account, any_key.recording, digest);
      ++report.digests;
    }
  } catch (const Error& error) {
    note(report, "recording", any_key.recording.text(), error);
  }
}

Task<void> Sweeper::erase_garbage(const std::vector<BlobKey>& keys, SweepReport& report) {
  for (const auto& key : keys) {
    try {
      co_await blobs_.erase(key);
      ++report.blobs_erased;
    } catch (const Error& error) {
      note(report, "erase", key.text(), error);
    }
  }
}

}  // namespace tapedeck
