// Taking a recording: Recordings continued. docs/data.md, "A create, step by step".
#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "core/compared_body.h"
#include "core/description.h"
#include "core/recordings.h"
#include "core/segment_source.h"

namespace tapedeck {

namespace {

constexpr Millis clock_skew_max = std::chrono::minutes(10);  // between servers on one store
constexpr std::size_t purge_search_pages_max = 50;

Sha256Digest client_id_key(const std::string& client_id) {
  return sha256_of("client-id:" + client_id);
}

/// What the claim stands under; nothing: a repeat cannot be known.
std::optional<Sha256Digest> claim_key(const std::string& idempotency_key,
                                      const Description& description) {
  if (!idempotency_key.empty()) return sha256_of("idempotency-key:" + idempotency_key);
  if (!description.client_id.empty()) return client_id_key(description.client_id);
  return std::nullopt;
}

Intake intake_of(const Caller& caller, const Incoming& incoming) {
  Intake intake;
  intake.body = incoming.body;
  intake.bytes = incoming.bytes;
  intake.digests = incoming.digests;
  intake.hidden = incoming.hidden;
  intake.completes = true;
  intake.token = caller.secret_hash;
  intake.limits = caller.limits;
  intake.has_quota = caller.has_quota;
  intake.on_durable = incoming.on_durable;
  return intake;
}

}  // namespace

Task<std::unique_ptr<Created>> Recordings::create(const Caller& caller,
                                                  const Description& description,
                                                  const Incoming& incoming) {
  require(caller, Scope::capture);
  if (incoming.bytes == ByteCount{0}) throw no_bytes();
  auto bytes_max = live_.bytes_max(caller.limits);
  if (incoming.bytes && *incoming.bytes > bytes_max) throw too_large(bytes_max);

  auto created = std::make_unique<Created>();
  auto& recording = created->recording;
  begin(recording, caller, description);
  auto is_repeat = co_await settle_id(recording, incoming);
  auto turn = co_await live_.take_turn(recording.id, incoming.body);
  std::unique_ptr<Recording> existing;
  if (is_repeat) {  // only now: whoever had the turn may have made it, or added to it
    existing = co_await find_existing(caller.account, recording.id);
  }
  if (incoming.on_begin) co_await incoming.on_begin(recording.id);
  auto intake = intake_of(caller, incoming);
  if (existing) {
    recording = std::move(*existing);
    existing.reset();
    co_await repeat(*created, incoming, intake, *turn);
    co_return std::move(created);
  }
  co_await live_.check_room(caller, incoming.bytes);
  co_await live_.take(recording, false, intake, *turn);
  if (options_.on_create) options_.on_create();
  co_return std::move(created);
}

void Recordings::begin(Recording& recording, const Caller& caller, const Description& description) {
  recording.account = caller.account;
  recording.id = RecordingId::make(env_);
  recording.maker = caller.token;
  recording.description = clean_description(description, env_.now());
}

/// The recording's id becomes that of the claim; true: an earlier request made that.
///
/// Before quota and space are asked: the repeat of an upload that took the last of them is not
/// refused, but told that it arrived.
Task<bool> Recordings::settle_id(Recording& recording, const Incoming& incoming) {
  auto claimed = co_await claim(recording.account, incoming.idempotency_key, recording.description,
                                recording.id);
  auto is_repeat = claimed.id != recording.id;
  recording.id = claimed.id;
  co_return is_repeat;
}

/// Null when there is none. Not in the frame of whoever waits for a body, as it is large.
Task<std::unique_ptr<Recording>> Recordings::find_existing(AccountId account, RecordingId id) {
  auto found = co_await catalog_.find_recording(account, id);
  std::unique_ptr<Recording> existing;
  if (found) existing = std::make_unique<Recording>(std::move(*found));
  co_return std::move(existing);
}

Task<Claimed> Recordings::claim(AccountId account, const std::string& idempotency_key,
                                const Description& description, RecordingId proposed) {
  Claimed claimed;
  claimed.id = proposed;
  auto key = claim_key(idempotency_key, description);
  if (!key) co_return claimed;
  claimed.id = co_await catalog_.claim(account, *key, proposed);
  if (claimed.id == proposed) co_return claimed;
  claimed.existing = co_await catalog_.find_recording(account, claimed.id);
  if (claimed.existing) co_return claimed;
  auto purged = co_await was_purged(account, claimed.id);
  if (purged) {
    throw Error(Fault::conflict,
                "This recording arrived and was then deleted for good: to keep it again, send "
                "it with a new idempotency key (or client id).");
  }
  co_return claimed;
}

Task<std::optional<Recording>> Recordings::find_by_client_id(AccountId account,
                                                             const std::string& client_id) {
  auto key = client_id_key(client_id);
  auto id = co_await catalog_.find_claim(account, key);
  if (!id) co_return std::nullopt;
  auto recording = co_await catalog_.find_recording(account, *id);
  if (recording && recording->partial) recording.reset();
  co_return recording;
}

/// The client sends again what it began: what is there already is compared, the rest is appended.
Task<void> Recordings::repeat(Created& created, const Incoming& incoming, Intake& intake,
                              const Turns::Turn& turn) {
  auto& existing = created.recording;
  if (!may_grow(existing)) {
    co_await compare(existing, incoming);
    created.replayed = true;
    co_return;
  }
  if (incoming.bytes && *incoming.bytes < existing.size) throw key_reused();
  co_await live_.take_over(existing);
  ComparedBody body(*incoming.body, existing, incoming.digests);
  intake.body = &body;
  if (incoming.bytes) intake.bytes = *incoming.bytes - existing.size;
  intake.digests.clear();  // the compared body checks them, over all of it
  co_await live_.take(existing, true, intake, turn);
  auto now = co_await find(existing.account, existing.id);
  existing = std::move(now);
}

/// Throws key_reused unless the body is what the complete recording has.
Task<void> Recordings::compare(const Recording& existing, const Incoming& incoming) {
  if (incoming.bytes && *incoming.bytes != existing.size) throw key_reused();
  auto expected = existing.sha256;
  if (!expected) expected = co_await read_digest(catalog_, blobs_, existing);
  Sha256 digest;
  for (;;) {
    auto bytes = co_await incoming.body->read();
    if (bytes.empty()) break;
    digest.update(bytes);
    if (digest.seen() > existing.size) throw key_reused();
  }
  if (incoming.bytes && digest.seen() != *incoming.bytes) {
    throw Error(Fault::invalid, fmt::format("The body had {} bytes instead of the {} announced.",
                                            digest.seen(), *incoming.bytes));
  }
  if (digest.seen() == 0) throw no_bytes();
  if (digest.finish() != *expected) throw key_reused();
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
