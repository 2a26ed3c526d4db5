// How recordings come to be and grow: claims, adds, advances, reservations.
#include "base/check.h"
#include "store/dynamo_catalog.h"
#include "store/dynamo_keys.h"
#include "store/facts.h"

namespace tapedeck {

namespace {

AddRecording outcome_of(TakeHold outcome) {
  switch (outcome) {
    case TakeHold::no_account:
      return AddRecording::no_account;
    case TakeHold::over_quota:
      return AddRecording::over_quota;
    case TakeHold::too_many_live:
      return AddRecording::too_many_live;
    case TakeHold::taken:
    case TakeHold::moved:
      break;
  }
  return AddRecording::added;
}

/// The row has what the append brought: it was done, by an answer that was lost.
bool holds(const DynamoRecording& row, const Append& append) {
  if (append.segments.empty() || row.recording.tail.empty()) return false;
  for (const auto& segment : row.recording.tail) {
    if (segment == append.segments.back()) return true;
  }
  return false;
}

}  // namespace

Task<RecordingId> DynamoCatalog::claim(AccountId account, const Sha256Digest& key,
                                       RecordingId proposed) {
  auto item_key = claim_key(account, key);
  for (DynamoAttempts attempts(env_);;) {
    co_await attempts.next();
    auto claimed = co_await find_claim(account, key);
    if (claimed) co_return *claimed;
    auto created_at = proposed.value.made_at();
    co_await agenda_.add(Agenda::claims, item_key, created_at);
    DynamoItem item(item_key);
    item.set_text("recording", proposed.text());
    item.set_time("created_at", created_at);
    DynamoExpression if_absent{"attribute_not_exists(PK)"};
    auto written = co_await client_.put_if(item, if_absent);
    if (written == Written::done) co_return proposed;
  }
}

Task<AddRecordingResult> DynamoCatalog::add_recording(const Recording& recording,
                                                      std::optional<Due> due, LiveLimits limits) {
  MUST(are_adjacent(recording.tail, 0));
  for (DynamoAttempts attempts(env_);;) {
    co_await attempts.next();
    auto before = co_await store_.find_row(recording.account, recording.id);
    if (before && !before->gone) co_return AddRecordingResult{AddRecording::id_taken, 0};

    DynamoRecording row;
    row.recording = recording;
    row.recording.tail.clear();
    row.rev = before ? before->rev : "";
    row.generation = store_.make_generation(before ? before->generation : "");
    bool live = recording.state == RecordingState::recording;
    // More than can be counted is more than any quota allows.
    bool is_countable = recording.reserved_bytes <= stored_bytes_max &&
                        recording.size <= stored_bytes_max - recording.reserved_bytes;
    auto bytes = is_countable ? row.taken() : ~ByteCount{0};
    HoldWish wish{row, false, bytes, live, true, limits};
    auto taken = co_await store_.take_hold(wish);
    if (taken.outcome == TakeHold::moved) continue;
    if (taken.outcome != TakeHold::taken) {
      co_return AddRecordingResult{outcome_of(taken.outcome), taken.bytes_left};
    }
    row.adopt(taken.hold);
    co_await store_.add_to_tail(row, recording.tail);
    if (due) co_await add_due(*due);
    auto stored = co_await store_.store(row);
    if (!stored) continue;
    if (!row.is_open()) co_await store_.settle(recording.account, taken.hold, row);
    co_return AddRecordingResult{AddRecording::added, 0};
  }
}

/// The hold under which `after` may be written, where the one that there is does not do, or will
/// have to go. `no_account` without one: none is needed.
Task<TakeHoldResult> DynamoCatalog::hold_for(const DynamoRecording& before,
                                             const DynamoRecording& after) {
  // Bytes that complete it were counted while they came, or are now: a hold has room for all.
  auto bytes = after.taken();
  bool becomes_live = after.recording.state == RecordingState::recording &&
                      before.recording.state != RecordingState::recording;
  if (!before.is_open() || becomes_live || bytes > before.held) {
    HoldWish wish{before, true, bytes, becomes_live};
    auto taken = co_await store_.take_hold(wish);
    co_return taken;
  }
  TakeHoldResult result{TakeHold::no_account};
  if (after.is_open()) co_return result;
  auto account = co_await store_.find_account(before.recording.account);
  const auto* hold = account ? account->find_hold(before.recording.id) : nullptr;
  if (hold == nullptr || hold->founding != before.hold) co_return result;
  co_return TakeHoldResult{TakeHold::taken, *hold, 0};
}

Task<AdvanceResult> DynamoCatalog::advance(const Append& append) {
  bool tried = false;
  for (DynamoAttempts attempts(env_);;) {
    co_await attempts.next();
    auto before = co_await store_.find_recording(append.account, append.recording);
    if (before && tried && holds(*before, append)) {
      co_return AdvanceResult{Advance::done, append.segments.back().end};
    }
    if (!before || !may_grow(before->recording)) co_return AdvanceResult{Advance::gone, 0};
    if (!is_expected(append, before->recording)) {
      co_return AdvanceResult{Advance::conflict, before->recording.size};
    }
    auto after = *before;
    auto advanced = apply(append, after.recording);
    bool was_recovered = before->recording.state != RecordingState::recording;
    bool is_same = append.direct == append.next_direct;
    if (was_recovered && !advanced.is_change && is_same) {
      co_return AdvanceResult{Advance::done, append.from};
    }
    auto held = co_await hold_for(*before, after);
    if (held.outcome == TakeHold::moved) continue;
    bool has_hold = held.outcome == TakeHold::taken;
    if (has_hold) after.adopt(held.hold);
    co_await store_.add_to_tail(after, append.segments);
    tried = true;
    auto stored = co_await store_.store(after);
    if (!stored) continue;
    if (has_hold && !after.is_open()) {
      co_await store_.settle(append.account, held.hold, after);
    }
    co_return AdvanceResult{Advance::done, after.recording.size};
  }
}

Task<bool> DynamoCatalog::reserve(AccountId account, RecordingId id, ByteCount reserved_bytes) {
  for (DynamoAttempts attempts(env_);;) {
    co_await attempts.next();
    auto row = co_await store_.find_recording(account, id);
    if (!row || !may_grow(row->recording)) co_return false;
    if (reserved_bytes <= row->recording.reserved_bytes) co_return true;
    if (reserved_bytes > stored_bytes_max - row->recording.size) co_return false;
    bool live = row->recording.state == RecordingState::recording;
    HoldWish wish{*row, true, row->recording.size + reserved_bytes, live, true};
    auto taken = co_await store_.take_hold(wish);
    if (taken.outcome == TakeHold::moved) continue;
    if (taken.outcome != TakeHold::taken) co_return false;
    auto after = *row;
    after.adopt(taken.hold);
    after.recording.reserved_bytes = reserved_bytes;
    auto stored = co_await store_.store(after);
    if (stored) co_return true;
  }
}

}  // namespace tapedeck
