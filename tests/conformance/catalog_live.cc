// Promises about what is live: how many may be, and recovered ones that go on.
#include <atomic>

#include "conformance/catalog_suite.h"

namespace tapedeck {

TEST_P(CatalogSuite, AnAccountHasNoMoreLiveRecordingsThanItsLimit) {
  auto ada = add_account("ada");
  auto eve = add_account("eve");
  auto add_one = [&](const Recording& recording) {
    return run_task(catalog().add_recording(recording, {}, {2, {}})).outcome;
  };
  auto first = new_live(ada, 10);
  EXPECT_EQ(add_one(first), AddRecording::added);
  EXPECT_EQ(add_one(new_live(ada)), AddRecording::added);
  reopen();
  auto third = new_live(ada, 10);
  EXPECT_EQ(add_one(third), AddRecording::too_many_live);
  EXPECT_FALSE(exists(third));
  EXPECT_EQ(quota_taken(ada.id), 10u);
  EXPECT_EQ(add_one(new_recording(ada, 1)), AddRecording::added) << "a complete one";
  EXPECT_EQ(add_one(new_live(eve)), AddRecording::added) << "another account";
  EXPECT_EQ(add_one(first), AddRecording::id_taken) << "the same again";

  auto append = new_append(first, 0, 1);
  append.ending = Append::Ending{sha256_of(""), RecordingState::ready, false};
  EXPECT_EQ(run_task(catalog().advance(append)).outcome, Advance::done);
  EXPECT_EQ(add_one(third), AddRecording::added);
}

TEST_P(CatalogSuite, ATokenHasNoMoreLiveRecordingsThanItsLimit) {
  auto ada = add_account("ada");
  auto mine = TokenId::make(env_);
  auto other = TokenId::make(env_);
  auto add_one = [&](std::optional<TokenId> maker, std::optional<std::uint32_t> token_max) {
    auto live = new_live(ada);
    live.maker = maker;
    return run_task(catalog().add_recording(live, {}, {4, token_max})).outcome;
  };
  EXPECT_EQ(add_one(mine, 1), AddRecording::added);
  EXPECT_EQ(add_one(mine, 1), AddRecording::too_many_live);
  EXPECT_EQ(add_one(other, 1), AddRecording::added);
  EXPECT_EQ(add_one(mine, std::nullopt), AddRecording::added);
  EXPECT_EQ(add_one(mine, 2), AddRecording::too_many_live);
  EXPECT_EQ(add_one(std::nullopt, std::nullopt), AddRecording::added);
  EXPECT_EQ(add_one(other, 9), AddRecording::too_many_live) << "four of the account";
}

TEST_P(CatalogSuite, WithoutALimitAnyNumberMayBeLive) {
  auto ada = add_account("ada");
  for (int i = 0; i < 60; ++i) add(new_live(ada));
}

TEST_P(CatalogSuite, TheLiveLimitIsExactUnderParallelAdds) {
  auto ada = add_account("ada");
  std::atomic<int> added = 0;
  std::atomic<int> refused = 0;
  run_in_threads(16, [&](std::size_t) {
    auto live = new_live(ada);
    auto result = run_task(catalog().add_recording(live, {}, {5, {}}));
    if (result.outcome == AddRecording::added) ++added;
    if (result.outcome == AddRecording::too_many_live) ++refused;
  });
  EXPECT_EQ(added, 5);
  EXPECT_EQ(refused, 11);
}

TEST_P(CatalogSuite, TheMakerOfARecordingIsKept) {
  auto live = new_live(add_account("ada"));
  live.maker = TokenId::make(env_);
  add(live);
  reopen();
  EXPECT_EQ(find(live).maker, live.maker);
  EXPECT_FALSE(find(live).partial);
}

TEST_P(CatalogSuite, ARecoveredRecordingThatGoesOnTakesAPlaceAmongTheLive) {
  auto ada = add_account("ada");
  auto recovered = add_recovered(ada, 6);
  auto add_one = [&] {
    return run_task(catalog().add_recording(new_live(ada), {}, {2, {}})).outcome;
  };
  EXPECT_EQ(add_one(), AddRecording::added) << "the only one";
  EXPECT_EQ(run_task(catalog().advance(new_append(recovered, 6, 4))).outcome, Advance::done);
  EXPECT_EQ(add_one(), AddRecording::too_many_live);
}

TEST_P(CatalogSuite, ARecoveredRecordingThatBytesAreAddedToIsLiveAgain) {
  auto ada = add_account("ada");
  auto recovered = add_recovered(ada, 6);
  auto append = new_append(recovered, 6, 4);
  EXPECT_EQ(run_task(catalog().advance(append)).outcome, Advance::done);
  reopen();
  auto found = find(recovered);
  EXPECT_EQ(found.state, RecordingState::recording);
  EXPECT_FALSE(found.recovered);
  EXPECT_FALSE(found.sha256);
  EXPECT_EQ(found.version, recovered.version + 1);
  EXPECT_EQ(found.changed_at, append.now);
  EXPECT_EQ(found.last_append_at, append.now);
  EXPECT_EQ(found.size, 10u);
  EXPECT_EQ(found.hash_state, append.hash_state);
  EXPECT_EQ(found.tail.size(), 2u);
  EXPECT_EQ(quota_taken(ada.id), 10u);
  auto refused = run_task(catalog().add_recording(new_live(ada), {}, {1, {}}));
  EXPECT_EQ(refused.outcome, AddRecording::too_many_live) << "it counts";

  EXPECT_EQ(run_task(catalog().advance(new_append(recovered, 10, 1))).outcome, Advance::done);
  EXPECT_EQ(find(recovered).version, found.version) << "from here on it is an append";
}

TEST_P(CatalogSuite, ARecoveredRecordingEndsInOneChange) {
  auto ada = add_account("ada");
  for (ByteCount bytes : {0, 4}) {
    auto recovered = add_recovered(ada, 6);
    auto append = new_append(recovered, 6, 4);
    if (bytes == 0) append.segments.clear();
    append.now = at(50);
    append.ending = Append::Ending{sha256_of("whole"), RecordingState::ready, false};
    EXPECT_EQ(run_task(catalog().advance(append)).outcome, Advance::done);
    reopen();
    auto found = find(recovered);
    EXPECT_EQ(found.state, RecordingState::ready);
    EXPECT_FALSE(found.recovered);
    EXPECT_EQ(found.sha256, sha256_of("whole"));
    EXPECT_EQ(found.size, 6 + bytes);
    EXPECT_EQ(found.hash_state, "");
    EXPECT_EQ(found.version, recovered.version + 1);
    EXPECT_EQ(found.changed_at, at(50));
    EXPECT_EQ(run_task(catalog().advance(new_append(recovered, 6 + bytes, 1))).outcome,
              Advance::gone);
  }
}

TEST_P(CatalogSuite, ALengthMakesARecoveredRecordingLiveAgain) {
  auto recovered = add_recovered(add_account("ada"), 6);
  auto append = new_append(recovered, 6, 1);
  append.segments.clear();
  append.hash_state = recovered.hash_state;
  append.length = 20;
  EXPECT_EQ(run_task(catalog().advance(append)).outcome, Advance::done);
  EXPECT_EQ(find(recovered).state, RecordingState::recording);
  EXPECT_EQ(find(recovered).length, 20u);
  EXPECT_EQ(find(recovered).version, recovered.version + 1);
  EXPECT_FALSE(find(recovered).sha256);
}

TEST_P(CatalogSuite, RecoveringTwiceChangesNothingMore) {
  auto ada = add_account("ada");
  auto recovered = add_recovered(ada, 6);
  EXPECT_TRUE(run_task(catalog().reserve(ada.id, recovered.id, 10)));
  auto append = new_append(recovered, 6, 1);
  append.segments.clear();
  append.now = at(99);
  for (bool recovers : {true, false}) {
    append.ending.reset();
    if (recovers) append.ending = Append::Ending{sha256_of("x"), RecordingState::ready, true};
    auto result = run_task(catalog().advance(append));
    EXPECT_EQ(result.outcome, Advance::done);
    EXPECT_EQ(result.size, 6u);
    auto found = find(recovered);
    EXPECT_EQ(found.version, recovered.version);
    EXPECT_EQ(found.changed_at, recovered.changed_at);
    EXPECT_EQ(found.last_append_at, recovered.last_append_at);
    EXPECT_EQ(found.sha256, recovered.sha256);
    EXPECT_EQ(found.hash_state, recovered.hash_state);
    EXPECT_EQ(found.reserved_bytes, 10u);
    EXPECT_TRUE(found.recovered);
  }
  EXPECT_EQ(quota_taken(ada.id), 16u);
}

TEST_P(CatalogSuite, ARecoveredRecordingGrowsAtItsOffsetAndOutOfTheTrashOnly) {
  auto ada = add_account("ada");
  auto recovered = add_recovered(ada, 6);
  auto elsewhere = run_task(catalog().advance(new_append(recovered, 5, 1)));
  EXPECT_EQ(elsewhere.outcome, Advance::conflict);
  EXPECT_EQ(elsewhere.size, 6u);
  run_task(catalog().trash_recording(ada.id, recovered.id, at(60), at(70)));
  EXPECT_EQ(run_task(catalog().advance(new_append(recovered, 6, 1))).outcome, Advance::gone);
  EXPECT_FALSE(run_task(catalog().reserve(ada.id, recovered.id, 10)));
  run_task(catalog().restore_recording(ada.id, recovered.id, at(61)));
  EXPECT_TRUE(run_task(catalog().reserve(ada.id, recovered.id, 10)));
  EXPECT_EQ(run_task(catalog().advance(new_append(recovered, 6, 1))).outcome, Advance::done);
  EXPECT_EQ(find(recovered).reserved_bytes, 9u);
}

TEST_P(CatalogSuite, OfTwoThatGoOnWithARecoveredRecordingOneWins) {
  auto recovered = add_recovered(add_account("ada"), 6);
  std::atomic<int> done = 0;
  run_in_threads(4, [&](std::size_t) {
    auto result = run_task(catalog().advance(new_append(recovered, 6, 1)));
    if (result.outcome == Advance::done) ++done;
  });
  EXPECT_EQ(done, 1);
  EXPECT_EQ(find(recovered).version, recovered.version + 1);
}

}  // namespace tapedeck
