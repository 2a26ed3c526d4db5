// The bytes that accounts count for recordings.
#include <algorithm>

#include "store/dynamo_keys.h"
#include "store/dynamo_store.h"
#include "store/facts.h"

namespace tapedeck {

namespace {

constexpr int attempts_max = 60;
constexpr Millis attempts_time_max{20'000};
constexpr Millis pause_first{10};
constexpr Millis pause_max{250};
/// A hold without a quota is raised by so much at once: an append seldom has to.
constexpr ByteCount held_ahead = 16 * MiB;
/// Whoever made a hold is believed to be still at work for so long; after that it may be resolved
/// by anybody. Nothing but patience depends on it.
constexpr Millis patience{2'000};

bool is_counted(const DynamoHold& hold, const HoldWish& wish) {
  return hold.live && hold.recording != wish.row.recording.id;
}

bool is_within(const LiveLimits& limits, const DynamoAccount& account, const HoldWish& wish) {
  std::uint32_t of_account = 0;
  std::uint32_t of_maker = 0;
  for (const auto& hold : account.holds) {
    if (!is_counted(hold, wish)) continue;
    ++of_account;
    if (hold.maker == wish.row.recording.maker) ++of_maker;
  }
  if (of_account >= limits.account_max) return false;
  return !limits.token_max || !wish.row.recording.maker || of_maker < *limits.token_max;
}

std::string difference(ByteCount to, ByteCount from) {
  return to >= from ? std::to_string(to - from) : "-" + std::to_string(from - to);
}

/// As DynamoItem::set_number, for what may be any difference of two counts.
void set_difference(DynamoItem& item, std::string_view name, ByteCount to, ByteCount from) {
  json::object wire = item.wire();
  wire[name] = json::object{{"N", difference(to, from)}};
  item = DynamoItem(std::move(wire));
}

/// How long it takes until whoever made the last of them, that is not of a live recording, is no
/// longer believed to be at work.
Millis makers_time(const DynamoAccount& account, Time now) {
  Millis longest{0};
  for (const auto& hold : account.holds) {
    if (!hold.live) longest = std::max(longest, hold.since + patience + Millis(1) - now);
  }
  return std::min(longest, patience);
}

bool may_hold(const HoldWish& wish, const std::optional<DynamoAccount>& account) {
  if (!account || account->leaving) return false;
  return !wish.within_quota || account->account.state != AccountState::closing;
}

}  // namespace

Task<void> DynamoAttempts::next() {
  auto now = env_.now();
  if (made_ == 0) ends_by_ = now + attempts_time_max;
  if (made_ == attempts_max || now > ends_by_) {
    throw Error(Fault::unavailable, "too many others change the same item of the catalog");
  }
  if (made_ > 0) {
    auto pause = pause_before_retry(made_, pause_first, pause_max, env_);
    co_await env_.sleep(pause);
  }
  ++made_;
}

Task<TakeHoldResult> DynamoStore::take_hold(const HoldWish& wish) {
  const auto& recording = wish.row.recording;
  bool resolved = false;
  for (DynamoAttempts attempts(env_);;) {
    co_await attempts.next();
    auto account = co_await find_account(recording.account);
    if (!may_hold(wish, account)) co_return TakeHoldResult{TakeHold::no_account};
    const auto* existing = account->find_hold(recording.id);
    bool is_ours = existing == nullptr || (wish.exists && existing->founding == wish.row.hold);
    if (!is_ours) {
      // Somebody else is writing this recording, or was when it crashed.
      if (existing->since + patience <= env_.now()) {
        co_await resolve(recording.account, recording.id);
      } else {
        co_await attempts.next();
      }
      co_return TakeHoldResult{TakeHold::moved};
    }
    auto result = co_await try_hold(wish, *account);
    bool is_refused =
        result.outcome == TakeHold::over_quota || result.outcome == TakeHold::too_many_live;
    if (is_refused && !resolved) {
      // What crashed on the way must not stand in the way of others: a client would believe it.
      resolved = true;
      co_await env_.sleep(makers_time(*account, env_.now()));
      auto before = env_.now() - patience;
      auto is_less = co_await resolve_all(*account, before);
      auto is_trimmed = co_await trim_all(*account);
      if (is_less || is_trimmed) continue;
    }
    if (result.outcome != TakeHold::moved) co_return result;
  }
}

/// `moved`: others came first; read the account again.
Task<TakeHoldResult> DynamoStore::try_hold(const HoldWish& wish, const DynamoAccount& account) {
  const auto* existing = account.find_hold(wish.row.recording.id);
  auto hold = wanted_hold(wish, existing);
  auto before = existing != nullptr ? existing->counted : hold.base;
  auto left = bytes_left(account.account);
  auto more = hold.counted - std::min(before, hold.counted);
  bool is_raised = more > 0 || existing == nullptr;
  bool is_ahead = hold.live && is_raised && !account.account.quota_bytes;
  if (is_ahead) hold.counted += std::min(held_ahead, left - std::min(left, more));
  if (wish.within_quota) {
    if (more > left) co_return TakeHoldResult{TakeHold::over_quota, {}, left};
    if (hold.live && !is_within(wish.limits, account, wish)) {
      co_return TakeHoldResult{TakeHold::too_many_live};
    }
  }
  auto written = co_await write_hold(wish, account, existing, hold);
  if (!written) co_return TakeHoldResult{TakeHold::moved};
  co_return TakeHoldResult{TakeHold::taken, hold, 0};
}

DynamoHold DynamoStore::wanted_hold(const HoldWish& wish, const DynamoHold* existing) {
  DynamoHold hold;
  if (existing != nullptr) {
    hold = *existing;
  } else {
    hold.recording = wish.row.recording.id;
    hold.base = wish.exists ? wish.row.taken() : 0;
    hold.counted = hold.base;
    hold.founding = make_nonce();
    hold.maker = wish.row.recording.maker;
  }
  hold.counted = std::max(hold.counted, wish.bytes);
  hold.live = hold.live || wish.live;
  hold.touch = make_nonce();
  hold.since = env_.now();
  return hold;
}

Task<bool> DynamoStore::write_hold(const HoldWish& wish, const DynamoAccount& account,
                                   const DynamoHold* existing, const DynamoHold& hold) {
  auto before = existing != nullptr ? existing->counted : hold.base;
  bool is_more_live = hold.live && (existing == nullptr || !existing->live);
  DynamoUpdate update;
  update.key = account_key(account.account.id);
  update.change = "SET #holds.#id = :hold, #taken = #taken + :more";
  auto& [text, values, id] = update.condition;
  id = hold.recording.text();
  values.set_item("hold", to_item(hold));
  set_difference(values, "more", hold.counted, before);
  text = "attribute_exists(#holds) AND attribute_not_exists(#leaving)";
  if (existing != nullptr) {
    text += " AND #holds.#id.#k = :touch";
    values.set_text("touch", existing->touch);
  } else {
    // A late try of this must not come when the hold has been made and removed.
    auto spent = spent_name(hold.recording);
    auto was = account.spent.text(spent);
    text += " AND attribute_not_exists(#holds.#id) AND ";
    text += was.empty() ? "attribute_not_exists(#" + spent + ")" : "#" + spent + " = :spent";
    values.set_text("spent", was);
  }
  if (is_more_live) {
    update.change += ", #live_rev = :live_rev";
    values.set_text("live_rev", hold.touch);
    if (account.live_rev.empty()) {
      text += " AND attribute_not_exists(#live_rev)";
    } else {
      text += " AND #live_rev = :old_live_rev";
      values.set_text("old_live_rev", account.live_rev);
    }
  }
  if (wish.within_quota) {
    const auto& quota = account.account.quota_bytes;
    auto most = std::min(quota.value_or(stored_bytes_max), stored_bytes_max);
    text += " AND #taken <= :room AND #state <> :closing";
    set_difference(values, "room", most, hold.counted - before);
    values.set_count("closing", static_cast<std::uint64_t>(AccountState::closing));
    text += quota ? " AND #quota_bytes = :quota" : " AND attribute_not_exists(#quota_bytes)";
    if (quota) values.set_count("quota", *quota);
  }
  auto written = co_await client_.update(update);
  if (written != Written::unclear) co_return written == Written::done;
  auto now = co_await find_account(account.account.id);
  const auto* found = now ? now->find_hold(hold.recording) : nullptr;
  co_return found != nullptr && found->touch == hold.touch;
}

Task<Written> DynamoStore::remove_hold(AccountId account, const DynamoHold& hold,
                                       ByteCount remaining) {
  DynamoUpdate update;
  update.key = account_key(account);
  update.change =
      "SET #taken = #taken + :more, #" + spent_name(hold.recording) + " = :touch REMOVE #holds.#id";
  auto& [text, values, id] = update.condition;
  text = "#holds.#id.#k = :touch";
  id = hold.recording.text();
  values.set_text("touch", hold.touch);
  set_difference(values, "more", remaining, hold.counted);
  auto written = co_await client_.update(update);
  co_return written;
}

Task<void> DynamoStore::settle(AccountId account, const DynamoHold& hold,
                               const DynamoRecording& after) {
  try {
    auto remaining = after.taken();
    auto written = co_await remove_hold(account, hold, remaining);
    static_cast<void>(written);  // refused: somebody else goes on with it
  } catch (const Error& error) {
    if (error.fault() != Fault::unavailable) throw;
  }
}

Task<void> DynamoStore::settle_gone(const DynamoRecording& tombstone, const DynamoHold& hold) {
  try {
    co_await erase_chunks_through(tombstone);
  } catch (const Error& error) {
    if (error.fault() != Fault::unavailable) throw;
    co_return;
  }
  co_await settle(tombstone.recording.account, hold, tombstone);
}

/// A new `rev`: every write of this recording that was prepared before fails from here on. False:
/// it was written meanwhile.
Task<bool> DynamoStore::fence(std::optional<DynamoRecording>& row, AccountId account,
                              RecordingId id) {
  if (!row) {
    DynamoRecording nothing;
    nothing.recording.account = account;
    nothing.recording.id = id;
    nothing.recording.partial = true;  // in no feed
    nothing.recording.changed_at = env_.now();
    nothing.gone = true;
    auto key = recording_key(account, id);
    co_await agenda_.add(Agenda::tombstones, key, nothing.recording.changed_at);
    row = nothing;
  }
  // Whoever adds it again will use a later one, so chunks up to this are nobody's.
  if (row->gone) row->generation = make_generation(row->generation);
  auto stored = co_await store(*row);
  co_return stored;
}

Task<void> DynamoStore::resolve(AccountId account_id, RecordingId id) {
  for (DynamoAttempts attempts(env_);;) {
    co_await attempts.next();
    auto account = co_await find_account(account_id);
    const auto* hold = account ? account->find_hold(id) : nullptr;
    if (hold == nullptr) co_return;
    auto row = co_await find_row(account_id, id);
    bool is_adopted = row && row->hold == hold->founding;
    if (is_adopted && row->is_open()) co_return;
    auto fenced = co_await fence(row, account_id, id);
    if (!fenced) continue;
    if (row->gone) co_await erase_chunks_through(*row);
    auto remaining = is_adopted ? row->taken() : hold->base;
    auto written = co_await remove_hold(account_id, *hold, remaining);
    if (written == Written::done) co_return;
  }
}

/// What an open recording counts ahead of its bytes is given back. Its item comes first: an append
/// that was prepared before finds another `rev`, and one that comes after takes the hold anew.
Task<bool> DynamoStore::trim(const DynamoAccount& account, DynamoRecording row,
                             const DynamoHold& hold) {
  row.held = row.taken();
  auto stored = co_await store(row);
  if (!stored) co_return false;
  auto trimmed = hold;
  trimmed.counted = row.held;
  trimmed.touch = make_nonce();
  HoldWish wish{row};
  auto written = co_await write_hold(wish, account, &hold, trimmed);
  co_return written;
}

Task<bool> DynamoStore::trim_all(const DynamoAccount& account) {
  bool any = false;
  for (const auto& hold : account.holds) {
    auto row = co_await find_row(account.account.id, hold.recording);
    bool is_adopted = row && row->hold == hold.founding && row->is_open();
    if (!is_adopted || hold.counted <= row->taken()) continue;
    auto trimmed = co_await trim(account, *row, hold);
    any = any || trimmed;
  }
  co_return any;
}

Task<bool> DynamoStore::resolve_all(const DynamoAccount& account, Time before) {
  bool any = false;
  for (const auto& hold : account.holds) {
    if (hold.since >= before) continue;
    auto row = co_await find_row(account.account.id, hold.recording);
    if (row && row->hold == hold.founding && row->is_open()) continue;
    co_await resolve(account.account.id, hold.recording);
    any = true;
  }
  co_return any;
}

}  // namespace tapedeck
