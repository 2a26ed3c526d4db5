#include "store/live_bounds.h"

#include "base/check.h"

namespace tapedeck {

namespace {

constexpr std::size_t bounds_max = 10'000;

std::uint32_t count_live(SqliteDatabase& database, AccountId account) {
  auto row = database.query(
      "SELECT count(*) FROM recordings INDEXED BY live WHERE account = ? AND state = 1");
  MUST(row.bind(account).step());
  return static_cast<std::uint32_t>(row.count(0));
}

std::uint32_t count_live(SqliteDatabase& database, AccountId account, TokenId maker) {
  auto row = database.query(
      "SELECT count(*) FROM recordings INDEXED BY live"
      " WHERE account = ? AND maker = ? AND state = 1");
  MUST(row.bind(account, maker).step());
  return static_cast<std::uint32_t>(row.count(0));
}

}  // namespace

bool LiveBounds::allow(SqliteDatabase& database, const Recording& added, const LiveLimits& limits) {
  if (added.state != RecordingState::recording) return true;
  // What was counted in a transaction that did not hold may have been too few.
  if (rollbacks_ != database.rollbacks()) bounds_.clear();
  rollbacks_ = database.rollbacks();
  if (limits.account_max != no_live_limit &&
      !is_below(database, {added.account, TokenId{}}, limits.account_max)) {
    return false;
  }
  return !limits.token_max || !added.maker ||
         is_below(database, {added.account, *added.maker}, *limits.token_max);
}

bool LiveBounds::is_below(SqliteDatabase& database, const Whose& whose, std::uint32_t limit) {
  auto known = bounds_.find(whose);
  if (known != bounds_.end() && known->second < limit) return true;
  if (bounds_.size() >= bounds_max) bounds_.clear();
  const auto& [account, maker] = whose;
  auto count =
      maker == TokenId{} ? count_live(database, account) : count_live(database, account, maker);
  bounds_[whose] = count;
  return count < limit;
}

void LiveBounds::note(const Recording& recording) {
  if (recording.state != RecordingState::recording) return;
  auto raise = [this](const Whose& whose) {
    auto known = bounds_.find(whose);
    if (known != bounds_.end()) ++known->second;
  };
  raise({recording.account, TokenId{}});
  if (recording.maker) raise({recording.account, *recording.maker});
}

}  // namespace tapedeck
