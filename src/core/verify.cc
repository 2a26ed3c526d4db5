#include "core/verify.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/error.h"

namespace tapedeck {

namespace {

constexpr std::size_t page_accounts = 500;
constexpr std::size_t page_recordings = 200;
constexpr std::size_t page_segments = 256;
constexpr int quota_attempts_max = 5;
constexpr int passes = 3;  // over the recordings of an account
constexpr const char* ended_early = "The verification was stopped before its end.";

ListFilter listed_in(int pass) {
  ListFilter filter;
  filter.partial = pass == 1;
  if (pass == 2) filter.state = ShownState::trashed;  // the trash after the rest
  return filter;
}

}  // namespace

const char* name_of(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::missing_blob:
      return "missing_blob";
    case Finding::Kind::wrong_size:
      return "wrong_size";
    case Finding::Kind::wrong_digest:
      return "wrong_digest";
    case Finding::Kind::quota_drift:
      return "quota_drift";
    case Finding::Kind::unreadable:
      return "unreadable";
  }
  return "?";
}

Verification::Verification(Catalog& catalog, Blobs& blobs, Env& env, std::optional<AccountId> only,
                           Watch watch)
    : catalog_(catalog), blobs_(blobs), env_(env), only_(only), watch_(std::move(watch)) {
  if (!only_) return;
  accounts_.push_back(*only_);
  accounts_listed_ = true;
}

Task<std::optional<Finding>> Verification::next() {
  while (findings_.empty()) {
    auto went_on = co_await advance();
    if (!went_on) co_return std::nullopt;
  }
  auto finding = std::move(findings_.front());
  findings_.pop_front();
  co_return finding;
}

/// One step: a recording, or the end of an account. False: all is done.
Task<bool> Verification::advance() {
  auto has_account = co_await load_accounts();
  if (!has_account) co_return false;
  auto has_recording = co_await load_recordings();
  if (has_recording) {
    auto recording = std::move(recordings_.front());
    recordings_.pop_front();
    co_await check_recording(recording);
    refuse_when_ended();
    co_return true;
  }
  co_await check_quota(accounts_.front());
  ++progress_.accounts;
  accounts_.pop_front();
  recordings_after_.reset();
  recordings_listed_ = false;
  pass_ = 0;
  co_return true;
}

Task<bool> Verification::load_accounts() {
  while (accounts_.empty() && !accounts_listed_) {
    auto page = co_await catalog_.list_accounts(accounts_after_, page_accounts);
    for (const auto& account : page.accounts) accounts_.push_back(account.id);
    accounts_after_ = page.next;
    accounts_listed_ = !page.next;
  }
  co_return !accounts_.empty();
}

Task<bool> Verification::load_recordings() {
  while (recordings_.empty() && !recordings_listed_) {
    auto filter = listed_in(pass_);
    auto now = env_.now();
    auto page = co_await catalog_.list_recordings(accounts_.front(), filter, recordings_after_,
                                                  page_recordings, now);
    for (auto& recording : page.recordings) recordings_.push_back(std::move(recording));
    recordings_after_ = page.next;
    if (page.next) continue;
    recordings_listed_ = ++pass_ == passes;
  }
  co_return !recordings_.empty();
}

Task<void> Verification::check_recording(const Recording& listed) {
  auto recording = co_await catalog_.find_recording(listed.account, listed.id);
  if (!recording) co_return;  // purged since it was listed
  ++progress_.recordings;
  auto count_before = findings_.size();
  Sha256 whole;
  co_await check_segments(*recording, whole);
  if (findings_.size() > count_before) {
    // Purged while it was read? Then the blobs are gone rightly.
    auto still_there = co_await catalog_.find_recording(listed.account, listed.id);
    if (!still_there) {
      progress_.findings -= findings_.size() - count_before;
      findings_.resize(count_before);
    }
    co_return;  // the whole's digest would only say the same again
  }
  auto expected = recording->sha256;
  if (recording->state == RecordingState::recording) {
    auto running = Sha256::restore(recording->hash_state);
    if (running) expected = running->finish();
    if (!running) report(Finding::Kind::wrong_digest, *recording, {}, "its hash_state is damaged");
  }
  if (!expected || *expected == whole.finish()) co_return;
  report(Finding::Kind::wrong_digest, *recording, {},
         fmt::format("the whole has SHA-256 {} instead of {}", to_hex(view_of(whole.finish())),
                     to_hex(view_of(*expected))));
}

Task<void> Verification::check_segments(const Recording& recording, Sha256& whole) {
  ByteCount at = 0;
  while (at < recording.size) {
    auto page = co_await catalog_.list_segments(recording.account, recording.id, at, page_segments);
    if (page.empty()) break;
    for (const auto& segment : page) {
      if (at >= recording.size) co_return;  // appended since
      if (segment.begin != at || segment.end <= segment.begin) {
        report(Finding::Kind::wrong_size, recording, segment.piece,
               fmt::format("a segment of bytes {} to {} comes at byte {}", segment.begin,
                           segment.end, at));
        co_return;
      }
      co_await check_blob(recording, segment, whole);
      at = segment.end;
    }
  }
  if (at == recording.size) co_return;
  report(Finding::Kind::wrong_size, recording, {},
         fmt::format("its segments end at byte {} of {}", at, recording.size));
}

Task<void> Verification::check_blob(const Recording& recording, const Segment& segment,
                                    Sha256& whole) {
  ++progress_.blobs;
  auto key = blob_key(recording, segment);
  ByteRange all{0, segment.end - segment.begin};
  Sha256 digest;
  bool ended = false;
  try {
    auto source = co_await blobs_.open(key, all);
    for (;;) {
      auto bytes = co_await source->read();
      if (bytes.empty()) break;
      digest.update(bytes);
      whole.update(bytes);
      progress_.bytes += bytes.size();
      ended = watch_ && !watch_(progress_);
      if (ended) break;
    }
  } catch (const Error& error) {
    auto kind = error.fault() == Fault::not_found ? Finding::Kind::missing_blob
                : error.fault() == Fault::invalid ? Finding::Kind::wrong_size
                                                  : Finding::Kind::unreadable;
    report(kind, recording, segment.piece, fmt::format("blob {}: {}", key.text(), error.what()));
    co_return;
  }
  if (ended) throw Error(Fault::unavailable, ended_early);
  if (digest.seen() != all.size()) {
    report(Finding::Kind::wrong_size, recording, segment.piece,
           fmt::format("blob {} gave {} of {} bytes", key.text(), digest.seen(), all.size()));
  } else if (digest.finish() != segment.sha256) {
    report(Finding::Kind::wrong_digest, recording, segment.piece,
           fmt::format("blob {} has SHA-256 {} instead of {}", key.text(),
                       to_hex(view_of(digest.finish())), to_hex(view_of(segment.sha256))));
  }
}

/// The sums are compared only when the account's counters stood still while they were made.
Task<void> Verification::check_quota(AccountId id) {
  for (int attempt = 0; attempt < quota_attempts_max; ++attempt) {
    auto before = co_await catalog_.find_account(id);
    auto [used, reserved] = co_await sum_sizes(id);
    auto after = co_await catalog_.find_account(id);
    if (!before || !after) co_return;
    if (before->used_bytes != after->used_bytes ||
        before->reserved_bytes != after->reserved_bytes) {
      continue;
    }
    if (used == after->used_bytes && reserved == after->reserved_bytes) co_return;
    if (attempt + 1 < quota_attempts_max) continue;
    ++progress_.findings;
    findings_.push_back({Finding::Kind::quota_drift, id, std::nullopt, std::nullopt,
                         fmt::format("the account counts {} bytes used and {} reserved; its "
                                     "recordings have {} and {}",
                                     after->used_bytes, after->reserved_bytes, used, reserved)});
  }
}

Task<std::pair<ByteCount, ByteCount>> Verification::sum_sizes(AccountId id) {
  std::pair<ByteCount, ByteCount> sum{0, 0};
  for (int pass = 0; pass < passes; ++pass) {
    auto filter = listed_in(pass);
    std::optional<ListPosition> after;
    do {
      auto now = env_.now();
      auto page = co_await catalog_.list_recordings(id, filter, after, page_recordings, now);
      for (const auto& recording : page.recordings) {
        sum.first += recording.size;
        sum.second += recording.reserved_bytes;
      }
      after = page.next;
    } while (after);
  }
  co_return sum;
}

void Verification::refuse_when_ended() const {
  if (watch_ && !watch_(progress_)) throw Error(Fault::unavailable, ended_early);
}

void Verification::report(Finding::Kind kind, const Recording& recording, std::optional<Ulid> piece,
                          std::string detail) {
  ++progress_.findings;
  findings_.push_back({kind, recording.account, recording.id, piece, std::move(detail)});
}

}  // namespace tapedeck
