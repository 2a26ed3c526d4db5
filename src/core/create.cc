// Taking a recording: Recordings continued. docs/data.md, "A create, step by step".
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/error.h"
#include "core/description.h"
#include "core/free_space.h"
#include "core/purge.h"
#include "core/recordings.h"
#include "core/segment_source.h"
#include "core/sniff.h"
#include "core/upload_body.h"

namespace tapedeck {

/// What the store took, before any fact names it.
struct Recordings::Stored {
  std::vector<Segment> segments;
  Checksums sums;
  ByteCount bytes = 0;
  std::string first_bytes;
};

namespace {

constexpr Millis clock_skew_max = std::chrono::minutes(10);  // between servers on one store
constexpr std::size_t purge_search_pages_max = 50;

Error too_large(ByteCount bytes_max) {
  return {
      Fault::too_large,
      fmt::format("A recording may have at most {} bytes: record in shorter parts.", bytes_max)};
}

Error over_quota(ByteCount bytes_left) {
  Error error(Fault::over_quota,
              fmt::format("The account's quota has room for {} more bytes: delete recordings for "
                          "good, or ask the administrator for more.",
                          bytes_left));
  error.bytes_left = bytes_left;
  return error;
}

Error no_bytes() {
  return {Fault::invalid, "The recording has no bytes: send the audio as the request's body."};
}

Error key_reused() {
  return {Fault::key_reused,
          "This idempotency key (or client id) came with other bytes before: use a new one."};
}

Error account_closed() {
  return {Fault::forbidden, "This account is closed or disabled."};
}

/// What the claim stands under; nothing: a repeat cannot be known.
std::optional<Sha256Digest> claim_key(const Upload& upload, const Description& description) {
  if (!upload.idempotency_key.empty()) {
    return sha256_of("idempotency-key:" + upload.idempotency_key);
  }
  if (!description.client_id.empty()) return sha256_of("client-id:" + description.client_id);
  return std::nullopt;
}

std::optional<Error> digest_trouble(Checksums& sums, const Upload& upload) {
  auto made = sums.finish_extra();
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (made[i].second == upload.digests[i].second) continue;
    return Error(Fault::digest_mismatch,
                 "The bytes that arrived do not have the digest that was sent: send them again.");
  }
  return std::nullopt;
}

}  // namespace

Task<Created> Recordings::create(const Caller& caller, Description description, Upload upload) {
  require(caller, Scope::capture);
  if (upload.bytes == ByteCount{0}) throw no_bytes();
  if (upload.bytes && *upload.bytes > options_.recording_bytes_max) {
    throw too_large(options_.recording_bytes_max);
  }
  std::optional<ByteCount> quota;
  if (caller.has_quota) quota = co_await find_quota_left(caller.account);

  Recording recording;
  recording.account = caller.account;
  recording.id = RecordingId::make(env_);
  recording.description = clean_description(std::move(description), env_.now());

  // Before quota and space are asked: the repeat of an upload that took the last of them is not
  // refused, but told that it arrived.
  if (auto key = claim_key(upload, recording.description)) {
    auto id = co_await catalog_.claim(caller.account, *key, recording.id);
    if (id != recording.id) {
      auto existing = co_await catalog_.find_recording(caller.account, id);
      if (existing) co_return co_await replay(*existing, upload);
      auto purged = co_await was_purged(caller.account, id);
      if (purged) {
        throw Error(Fault::conflict,
                    "This recording arrived and was then deleted for good: to keep it again, send "
                    "it with a new idempotency key (or client id).");
      }
      recording.id = id;
    }
  }
  co_await check_room(quota, upload);

  auto stored = co_await store(recording, upload, quota);
  std::optional<Error> refusal;
  if (stored.bytes == 0) refusal = no_bytes();
  if (upload.bytes && stored.bytes != *upload.bytes) {
    refusal =
        Error(Fault::invalid, fmt::format("The body had {} bytes instead of the {} announced.",
                                          stored.bytes, *upload.bytes));
  }
  if (!refusal) refusal = digest_trouble(stored.sums, upload);
  if (refusal) {
    co_await discard(recording.account, recording.id, stored.segments);
    throw *refusal;
  }
  recording.sniffed_type = sniff_audio(stored.first_bytes);
  recording.state = RecordingState::ready;
  recording.created_at = env_.now();
  recording.last_append_at = recording.created_at;
  recording.changed_at = recording.created_at;
  recording.size = stored.bytes;
  recording.sha256 = stored.sums.whole().finish();
  recording.tail = std::move(stored.segments);
  auto created = co_await add(std::move(recording));
  if (!created.replayed && options_.on_create) options_.on_create();
  co_return created;
}

/// What the account could take now: only a hint, since add_recording() counts in one step.
Task<std::optional<ByteCount>> Recordings::find_quota_left(AccountId id) {
  auto account = co_await catalog_.find_account(id);
  if (!account || account->state != AccountState::active) throw account_closed();
  if (!account->quota_bytes) co_return std::nullopt;
  auto taken = account->used_bytes + account->reserved_bytes;
  co_return *account->quota_bytes > taken ? *account->quota_bytes - taken : 0;
}

Task<void> Recordings::check_room(std::optional<ByteCount> quota, const Upload& upload) {
  if (quota && upload.bytes.value_or(1) > *quota) throw over_quota(*quota);
  auto free = co_await free_space_->ask(blobs_, env_);
  if (!free) co_return;
  auto needed = options_.free_bytes_min + upload.bytes.value_or(0);
  if (*free >= needed) co_return;
  throw Error(Fault::storage_full,
              "The server has no room for this recording: keep it and try again later.");
}

Task<Recordings::Stored> Recordings::store(const Recording& recording, const Upload& upload,
                                           std::optional<ByteCount> quota) {
  auto left = quota.value_or(std::numeric_limits<ByteCount>::max());
  bool quota_binds = left < options_.recording_bytes_max;
  UploadBody body(
      *upload.body, env_,
      {.bytes_max = std::min(left, options_.recording_bytes_max),
       .beyond = quota_binds ? over_quota(left) : too_large(options_.recording_bytes_max),
       .announced = upload.bytes,
       .segment_bytes_max = options_.segment_bytes_max,
       .segment_time_max = options_.segment_time_max,
       .time_max = options_.upload_time_max});
  Stored stored;
  for (const auto& [algorithm, digest] : upload.digests) stored.sums.check_also(algorithm);
  while (!body.ended()) {
    Segment segment;
    segment.piece = Ulid::make(env_);
    segment.begin = stored.bytes;
    body.begin_segment(stored.segments.size() + 1 == tail_segments_max);
    stored.sums.begin_segment();
    BlobKey key{recording.account, recording.id, segment.piece};
    auto bytes = co_await blobs_.put(key, body, stored.sums);
    if (bytes == 0) break;
    stored.bytes += bytes;
    segment.end = stored.bytes;
    segment.sha256 = stored.sums.segment();
    stored.segments.push_back(segment);
  }
  if (stored.bytes != body.count() || stored.sums.whole().seen() != stored.bytes) {
    throw Error(Fault::internal, fmt::format("recording {}: {} bytes came, {} were stored",
                                             recording.id.text(), body.count(), stored.bytes));
  }
  // The Sweeper takes blobs that are older than its grace and named by no fact for garbage; so the
  // fact must come well before that.
  body.check_time();
  stored.first_bytes = body.first_bytes();
  co_return stored;
}

Task<Created> Recordings::add(Recording recording) {
  auto result = co_await catalog_.add_recording(recording, std::nullopt);
  if (result.outcome == AddRecording::added) co_return Created{std::move(recording), false};
  if (result.outcome == AddRecording::id_taken) {
    auto existing = co_await catalog_.find_recording(recording.account, recording.id);
    // Ours, from a write that was repeated below: its blobs are no garbage.
    bool is_ours = existing && existing->tail == recording.tail;
    if (is_ours) co_return Created{std::move(*existing), false};
    co_await discard(recording.account, recording.id, recording.tail);
    if (!existing) {
      throw Error(Fault::conflict, "This recording arrived twice and was deleted meanwhile.");
    }
    if (existing->size != recording.size || existing->sha256 != recording.sha256) {
      throw key_reused();
    }
    co_return Created{std::move(*existing), true};
  }
  co_await discard(recording.account, recording.id, recording.tail);
  if (result.outcome == AddRecording::over_quota) throw over_quota(result.bytes_left);
  throw account_closed();
}

Task<Created> Recordings::replay(const Recording& existing, const Upload& upload) {
  if (upload.bytes && *upload.bytes != existing.size) throw key_reused();
  auto expected = existing.sha256;
  if (!expected) expected = co_await read_digest(catalog_, blobs_, existing);
  UploadBody body(*upload.body, env_,
                  {.bytes_max = existing.size,
                   .beyond = key_reused(),
                   .announced = upload.bytes,
                   .segment_bytes_max = options_.segment_bytes_max,
                   .segment_time_max = options_.segment_time_max,
                   .time_max = options_.upload_time_max});
  body.begin_segment(true);
  Sha256 digest;
  for (;;) {
    auto bytes = co_await body.read();
    if (bytes.empty()) break;
    digest.update(bytes);
  }
  if (upload.bytes && body.count() != *upload.bytes) {
    throw Error(Fault::invalid, fmt::format("The body had {} bytes instead of the {} announced.",
                                            body.count(), *upload.bytes));
  }
  if (body.count() == 0) throw no_bytes();
  if (digest.finish() != *expected) throw key_reused();
  co_return Created{existing, true};
}

Task<void> Recordings::discard(AccountId account, RecordingId id,
                               const std::vector<Segment>& segments) {
  std::vector<BlobKey> keys;
  for (const auto& segment : segments) keys.push_back({account, id, segment.piece});
  co_await erase_blobs(blobs_, keys);
}

/// Whether the feed has a tombstone of it. Read from the time of the id on, which is when the key
/// was claimed: for a repeat after a broken upload these are few entries.
Task<bool> Recordings::was_purged(AccountId account, RecordingId id) {
  ChangePosition from{id.value.made_at() - clock_skew_max, {}};
  for (std::size_t page_count = 0; page_count < purge_search_pages_max; ++page_count) {
    auto page = co_await catalog_.list_changes(account, from, options_.page_max);
    auto is_tombstone = [&](const Change& c) { return c.id == id && !c.recording; };
    if (std::any_of(page.changes.begin(), page.changes.end(), is_tombstone)) co_return true;
    if (!page.more || page.changes.empty()) break;
    from = position_after(page.changes.back());
  }
  co_return false;
}

}  // namespace tapedeck
