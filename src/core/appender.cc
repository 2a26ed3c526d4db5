#include "core/appender.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "core/purge.h"
#include "core/sniff.h"

namespace tapedeck {

namespace {

constexpr auto unlimited = std::numeric_limits<ByteCount>::max();
constexpr Millis hidden_segment_time_max = std::chrono::hours(1);

Error other_whole() {
  return {Fault::digest_mismatch,
          "All bytes arrived, but they do not have the digest that was sent for the whole."};
}

/// Of an append to one that is not live any more. Completed through another server, its client
/// must hear the offset: after a 404 it would begin anew, and there would be two.
Task<Error> explain_gone(Catalog& catalog, const Recording& recording) {
  auto found = co_await catalog.find_recording(recording.account, recording.id);
  if (!found || found->trashed_at) {
    co_return Error(Fault::not_found, "This recording was deleted meanwhile.");
  }
  Error completed(Fault::conflict, "Another request completed this recording meanwhile.");
  completed.offset = found->size;
  co_return completed;
}

Checksums sums_of(const Recording& recording, bool exists, const Intake& intake) {
  Checksums sums;
  if (exists) {
    auto whole = Sha256::restore(recording.hash_state);
    if (!whole) {
      throw Error(Fault::internal, "recording " + recording.id.text() + ": bad hash_state");
    }
    sums = Checksums(*whole);
  }
  for (const auto& [algorithm, digest] : intake.digests) sums.check_also(algorithm);
  return sums;
}

IntakeBody::Limits limits_of(const Live& live, const Recording& recording, bool exists,
                             const Intake& intake, const Turns::Turn& turn, Time now) {
  const auto& options = live.options();
  auto most = live.bytes_max(intake.limits);
  IntakeBody::Limits limits;
  limits.beyond = too_large(most);
  auto length = intake.length ? intake.length : recording.length;
  if (length && *length <= most) {
    most = *length;
    limits.beyond = Error(Fault::too_large,
                          fmt::format("The recording has more than its announced {} bytes.", most));
  }
  limits.bytes_max = most > recording.size ? most - recording.size : 0;
  limits.announced = intake.bytes;
  auto time_max = std::min(intake.limits.recording_time_max.value_or(options.recording_time_max),
                           options.recording_time_max);
  limits.time_max = exists ? time_max - (now - recording.created_at) : time_max;
  bool is_hidden = intake.hidden || !intake.digests.empty();
  if (is_hidden) limits.time_max = std::min(limits.time_max, options.hidden_time_max);
  limits.turn = &turn;
  return limits;
}

}  // namespace

Appender::Appender(Live& live, Recording& recording, bool exists, const Intake& intake,
                   const Turns::Turn& turn)
    : live_(live),
      recording_(recording),
      exists_(exists),
      intake_(intake),
      body_(*intake.body, live.env_,
            limits_of(live, recording, exists, intake, turn, live.env_.now())),
      sums_(sums_of(recording, exists, intake)),
      offset_(recording.size) {}

Task<void> Appender::run() {
  do {
    auto room = co_await find_room();
    if (room == 0) {
      co_await refuse_more();
      break;
    }
    co_await put_segment(room);
    bool is_spent = !exists_ && offset_ >= room && !body_.ended();
    if (is_spent) {
      co_await refuse_more();
      break;
    }
    if (is_hidden()) continue;
    co_await name();
    if (!body_.ended()) co_await check_token();
  } while (!body_.ended());
  if (is_hidden()) {
    co_await check_hidden();
    co_await name();
  }
  if (body_.failure()) throw_failure();
  if (is_last() && is_short()) {
    throw Error(Fault::invalid, "The recording ended before the length that was announced.");
  }
  if (intake_.whole && has_all() && !complete_) throw other_whole();
  co_await read_again();
}

/// A request that was overtaken hears, too, where its bytes end.
void Appender::throw_failure() const {
  auto failure = *body_.failure();
  if (failure.fault() == Fault::conflict && exists_) failure.offset = recording_.size;
  throw failure;
}

/// What was advanced is known in full to the catalog alone.
Task<void> Appender::read_again() {
  if (!advanced_) co_return;
  auto recording = co_await live_.catalog_.find_recording(recording_.account, recording_.id);
  if (recording) recording_ = std::move(*recording);
}

// ---- room --------------------------------------------------------------------------------------

/// How many bytes may be put before the quota is asked again.
Task<ByteCount> Appender::find_room() {
  if (!intake_.has_quota) co_return unlimited;
  if (!exists_) {
    auto left = co_await find_quota_left();
    co_return left ? *left - std::min(*left, offset_) : unlimited;
  }
  auto reserved = recording_.size + recording_.reserved_bytes;
  if (reserved > offset_) co_return reserved - offset_;
  co_return co_await reserve_more();
}

Task<ByteCount> Appender::reserve_more() {
  auto left = co_await find_quota_left();
  auto more = live_.options_.reserved_step;
  if (recording_.length) more = std::min(more, *recording_.length - offset_);
  if (left) more = std::min(more, *left);
  if (more == 0) co_return recording_.length == offset_ ? unlimited : 0;
  auto reserved = recording_.reserved_bytes + more;
  auto done = co_await live_.catalog_.reserve(recording_.account, recording_.id, reserved);
  if (!done) co_return 0;
  recording_.reserved_bytes = reserved;
  co_return more;
}

/// Only a hint: the catalog counts in the step that adds or reserves. Nothing: no quota.
Task<std::optional<ByteCount>> Appender::find_quota_left() {
  auto account = co_await live_.catalog_.find_account(recording_.account);
  if (!account || account->state != AccountState::active) throw account_closed();
  if (!account->quota_bytes) co_return std::nullopt;
  auto taken = account->used_bytes + account->reserved_bytes;
  co_return *account->quota_bytes > taken ? *account->quota_bytes - taken : 0;
}

/// The quota is used up, which is no harm if nothing more comes. What nobody has seen yet is
/// refused as a whole.
Task<void> Appender::refuse_more() {
  body_.begin_segment(1, live_.options_.segment_time_max);
  auto bytes = co_await body_.read();
  if (bytes.empty() && body_.ended()) {
    if (!is_hidden()) co_await name();
    co_return;
  }
  auto fits = exists_ ? 0 : offset_;
  if (!exists_ || is_hidden()) co_await discard();
  throw over_quota(fits);
}

/// A token that was revoked ends its uploads, also those under way.
Task<void> Appender::check_token() {
  if (!intake_.token) co_return;
  auto credential = co_await live_.catalog_.find_credential(*intake_.token);
  if (credential && credential->account.state == AccountState::active) co_return;
  throw Error(Fault::unauthenticated, "The token was revoked: sign in again.");
}

// ---- bytes -------------------------------------------------------------------------------------

Task<void> Appender::put_segment(ByteCount room) {
  const auto& options = live_.options_;
  bool is_first = !exists_ && !intake_.bytes;
  auto time_max = is_first ? options.first_segment_time_max : options.segment_time_max;
  if (is_hidden()) time_max = hidden_segment_time_max;
  body_.begin_segment(std::min(room, options.segment_bytes_max), time_max);
  sums_.begin_segment();
  Segment segment;
  segment.piece = Ulid::make(live_.env_);
  segment.begin = offset_;
  BlobKey key{recording_.account, recording_.id, segment.piece};
  auto bytes = co_await live_.blobs_.put(key, body_, sums_);
  if (bytes == 0) co_return;
  offset_ += bytes;
  if (sums_.whole().seen() != offset_) {
    throw Error(Fault::internal, fmt::format("recording {}: {} bytes hashed, {} stored",
                                             recording_.id.text(), sums_.whole().seen(), offset_));
  }
  segment.end = offset_;
  segment.sha256 = sums_.segment();
  put_.push_back(segment);
}

/// Throws unless all came and has the digests that were sent: then nothing of it shows.
Task<void> Appender::check_hidden() {
  auto failure = body_.failure();
  if (!failure) {
    auto made = sums_.finish_extra();
    for (std::size_t i = 0; i < made.size(); ++i) {
      if (made[i].second == intake_.digests[i].second) continue;
      failure =
          Error(Fault::digest_mismatch,
                "The bytes that arrived do not have the digest that was sent: send them again.");
    }
  }
  if (!failure) co_return;
  co_await discard();
  throw Error(*failure);
}

// ---- facts -------------------------------------------------------------------------------------

bool Appender::fits_whole() const {
  return !intake_.whole || sums_.whole().finish() == *intake_.whole;
}

bool Appender::is_at_length() const {
  auto length = intake_.length ? intake_.length : recording_.length;
  return intake_.completes_at_length && length == offset_;
}

/// A body that failed with its last byte has arrived whole all the same.
bool Appender::has_all() const {
  return is_at_length() || (is_last() && !is_short());
}

/// The body was to complete the recording, and came to its end.
bool Appender::is_last() const {
  return intake_.completes && body_.ended() && !body_.failure();
}

bool Appender::is_short() const {
  auto length = intake_.length ? intake_.length : recording_.length;
  return length && offset_ < *length;
}

bool Appender::is_ending() const {
  return has_all() && fits_whole();
}

/// Makes what was put true, and the recording complete if this was its end.
Task<void> Appender::name() {
  if (complete_) co_return;  // its last byte came before the body's end was seen
  auto ends = is_ending();
  if (!exists_) {
    co_await check_new();
    if (!put_.empty()) co_await add();
  } else {
    bool declares = intake_.length && !recording_.length;
    if (put_.empty() && !ends && !declares) co_return;
    co_await advance();
  }
  complete_ = ends;
  put_.clear();
  body_.forget_first_bytes();  // its type is known
  live_.growth_.ring(recording_.id.value);
  if (intake_.on_durable && exists_) co_await intake_.on_durable(recording_.size);
}

/// One that was cut off is kept, as far as it came; one that is too long is refused as a whole.
Task<void> Appender::check_new() {
  const auto& failure = body_.failure();
  if (put_.empty() && !failure) throw no_bytes();
  bool is_refused = failure && failure->fault() == Fault::too_large;
  if (!is_refused) co_return;
  co_await discard();
  throw Error(*failure);
}

Task<void> Appender::add() {
  auto ends = is_ending();
  auto now = live_.env_.now();
  recording_.sniffed_type = sniff_audio(body_.first_bytes());
  recording_.created_at = recording_.last_append_at = recording_.changed_at = now;
  recording_.size = offset_;
  recording_.tail = put_;
  std::optional<Due> due;
  if (ends) {
    recording_.state = RecordingState::ready;
    recording_.sha256 = sums_.whole().finish();
    recording_.length.reset();
    if (put_.size() > 1) due = Due{now, DueKind::join, recording_.account, recording_.id};
  } else {
    recording_.hash_state = sums_.whole().save();
    recording_.length = intake_.length;
    due =
        Due{now + live_.options_.finish_after, DueKind::finish, recording_.account, recording_.id};
  }
  auto limits = live_.live_limits(intake_.limits);
  auto result = co_await live_.catalog_.add_recording(recording_, due, limits);
  bool is_ours = false;
  if (result.outcome == AddRecording::id_taken) {  // by a write of ours that was repeated below?
    auto existing = co_await live_.catalog_.find_recording(recording_.account, recording_.id);
    is_ours = existing && existing->tail == recording_.tail;
  }
  if (is_ours || result.outcome == AddRecording::added) {
    exists_ = true;
    co_return;
  }
  co_await discard();
  throw_refusal(result, live_.options_.live_max);
}

Append Appender::make_append(bool ends) {
  Append append;
  append.account = recording_.account;
  append.recording = recording_.id;
  append.from = recording_.size;
  append.segments = put_;
  append.hash_state = sums_.whole().save();
  if (recording_.sniffed_type.empty() && recording_.size == 0) {
    append.sniffed_type = sniff_audio(body_.first_bytes());
  }
  append.now = live_.env_.now();
  if (!recording_.length) append.length = intake_.length;
  if (ends) append.ending = Append::Ending{sums_.whole().finish(), RecordingState::ready, false};
  return append;
}

/// Before the fact that they belong to: a hint too many does no harm.
Task<void> Appender::write_dues(bool ends) {
  auto now = live_.env_.now();
  Due due{now, DueKind::join, recording_.account, recording_.id};
  if (ends) {
    bool is_whole = recording_.size == 0 && put_.size() <= 1;
    if (!is_whole) co_await live_.catalog_.add_due(due);
  } else if (recording_.state != RecordingState::recording) {
    due.kind = DueKind::finish;
    due.at = now + live_.options_.finish_after;
    co_await live_.catalog_.add_due(due);
  }
}

Task<void> Appender::advance() {
  auto ends = is_ending();
  co_await write_dues(ends);
  auto append = make_append(ends);
  auto result = co_await live_.catalog_.advance(append);
  if (result.outcome == Advance::done) {
    if (result.recording) {
      recording_ = std::move(*result.recording);
      co_return;
    }
    advanced_ = true;
    auto taken = std::min(recording_.reserved_bytes, offset_ - recording_.size);
    recording_.reserved_bytes -= taken;
    recording_.size = offset_;
    recording_.state = ends ? RecordingState::ready : RecordingState::recording;
    recording_.recovered = false;
    if (append.length) recording_.length = append.length;
    co_return;
  }
  co_await discard();
  if (result.outcome == Advance::gone) {
    auto why = co_await explain_gone(live_.catalog_, recording_);
    throw why;
  }
  Error error(Fault::conflict, "Another request appended to this recording meanwhile.");
  error.offset = result.size;
  throw error;
}

/// What was put and will not be named.
Task<void> Appender::discard() {
  std::vector<BlobKey> keys;
  for (const auto& segment : put_) {
    keys.push_back({recording_.account, recording_.id, segment.piece});
  }
  put_.clear();
  co_await erase_blobs(live_.blobs_, keys);
}

}  // namespace tapedeck
