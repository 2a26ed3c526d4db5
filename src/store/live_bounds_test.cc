#include "store/live_bounds.h"

#include <gtest/gtest.h>

#include "store/temporary_folder.h"

namespace tapedeck {
namespace {

AccountId account_of(std::uint8_t number) {
  AccountId id;
  id.value.bytes[0] = number;
  return id;
}

TokenId token_of(std::uint8_t number) {
  TokenId id;
  id.value.bytes[0] = number;
  return id;
}

class LiveBoundsTest : public testing::Test {
 protected:
  LiveBoundsTest() {
    database_.execute("CREATE TABLE recordings (account, maker, state)");
    database_.execute("CREATE INDEX live ON recordings (account, maker) WHERE state = 1");
  }

  static Recording live(AccountId account, std::optional<TokenId> maker = {}) {
    Recording recording;
    recording.account = account;
    recording.maker = maker;
    return recording;
  }

  /// Whether it could be added: it is, then.
  bool add(const Recording& recording, const LiveLimits& limits) {
    if (!bounds_.allow(database_, recording, limits)) return false;
    auto row = database_.query("INSERT INTO recordings VALUES (?, ?, 1)");
    row.bind(recording.account, recording.maker).run();
    bounds_.note(recording);
    return true;
  }

  TemporaryFolder folder_;
  SqliteDatabase database_{
      {.path = folder_.path() + "/db", .access = SqliteDatabase::Access::read_write}};
  LiveBounds bounds_;
};

TEST_F(LiveBoundsTest, AnAccountReachesItsLimitAndNoOther) {
  LiveLimits two{2, {}};
  EXPECT_TRUE(add(live(account_of(1)), two));
  EXPECT_TRUE(add(live(account_of(1)), two));
  EXPECT_FALSE(add(live(account_of(1)), two));
  EXPECT_TRUE(add(live(account_of(2)), two));
}

TEST_F(LiveBoundsTest, WhatEndedMakesRoomWhenTheLimitIsReached) {
  LiveLimits two{2, {}};
  for (int turn = 0; turn < 5; ++turn) {
    EXPECT_TRUE(add(live(account_of(1)), two));
    EXPECT_TRUE(add(live(account_of(1)), two));
    EXPECT_FALSE(add(live(account_of(1)), two));
    database_.execute("UPDATE recordings SET state = 3");
  }
}

TEST_F(LiveBoundsTest, NobodyIsCountedBelowTheLimit) {
  LiveLimits three{3, {}};
  EXPECT_TRUE(add(live(account_of(1)), three));
  auto behind_its_back = database_.query("INSERT INTO recordings VALUES (?, NULL, 1)");
  behind_its_back.bind(account_of(1)).run();
  EXPECT_TRUE(add(live(account_of(1)), three));  // the third, by its bound the second
  EXPECT_TRUE(add(live(account_of(1)), three));
  EXPECT_FALSE(add(live(account_of(1)), three));
}

TEST_F(LiveBoundsTest, ATokenHasALimitOfItsOwn) {
  LiveLimits limits{10, 1};
  EXPECT_TRUE(add(live(account_of(1), token_of(1)), limits));
  EXPECT_FALSE(add(live(account_of(1), token_of(1)), limits));
  EXPECT_TRUE(add(live(account_of(1), token_of(2)), limits));
}

TEST_F(LiveBoundsTest, WhatIsNotLiveIsAllowed) {
  auto complete = live(account_of(1));
  complete.state = RecordingState::ready;
  EXPECT_TRUE(bounds_.allow(database_, complete, {0, {}}));
}

TEST_F(LiveBoundsTest, WhatWasCountedInATransactionThatDidNotHoldIsCountedAgain) {
  LiveLimits one{1, {}};
  EXPECT_TRUE(add(live(account_of(1)), one));
  database_.execute("BEGIN");
  database_.execute("DELETE FROM recordings");
  EXPECT_TRUE(bounds_.allow(database_, live(account_of(1)), one));
  database_.execute("ROLLBACK");
  EXPECT_FALSE(bounds_.allow(database_, live(account_of(1)), one));
}

}  // namespace
}  // namespace tapedeck
