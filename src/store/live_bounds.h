// LiveBounds: at most how many recordings of an account are live, without counting them each time.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "core/catalog.h"
#include "store/sqlite_database.h"

namespace tapedeck {

/// A limit is asked at every create, and to count takes longer the more are live: 10,000 that begin
/// together would wait for tens of seconds. So each that becomes live raises a bound, and they are
/// counted only where the bound reaches the limit. What stops being live lowers nothing.
///
/// For the connection that writes, within its transactions.
class LiveBounds {
 public:
  /// Whether `added` may become live.
  bool allow(SqliteDatabase& database, const Recording& added, const LiveLimits& limits);
  /// This transaction adds it, or changes its state: it may become live by that.
  void note(const Recording& recording);

 private:
  /// With TokenId{}: all of the account.
  using Whose = std::pair<AccountId, TokenId>;

  bool is_below(SqliteDatabase& database, const Whose& whose, std::uint32_t limit);

  std::map<Whose, std::uint32_t> bounds_;
  std::uint64_t rollbacks_ = 0;  // of the connection, when the bounds were made
};

}  // namespace tapedeck
