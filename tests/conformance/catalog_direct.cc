// Promises about recordings whose bytes go straight to the store.
#include <atomic>

#include "conformance/catalog_suite.h"

namespace tapedeck {

namespace {

Append change_direct(const Recording& recording, std::string from, std::string to, Time now) {
  Append append;
  append.account = recording.account;
  append.recording = recording.id;
  append.from = recording.size;
  append.hash_state = recording.hash_state;
  append.now = now;
  append.direct = std::move(from);
  append.next_direct = std::move(to);
  return append;
}

}  // namespace

TEST_P(CatalogSuite, DirectIsKeptAndChangesOnlyFromWhatItIs) {
  auto ada = add_account("ada");
  auto live = add(new_live(ada, 10));
  EXPECT_EQ(find(live).direct, "");
  auto advance = [&](const char* from, const char* to, int second) {
    return run_task(catalog().advance(change_direct(live, from, to, at(second)))).outcome;
  };
  EXPECT_EQ(advance("else", "one", 1), Advance::conflict);
  EXPECT_EQ(advance("", "one", 2), Advance::done);
  EXPECT_EQ(advance("", "two", 3), Advance::conflict);
  reopen();
  auto found = find(live);
  EXPECT_EQ(found.direct, "one");
  EXPECT_EQ(found.last_append_at, at(2));
  EXPECT_EQ(found.changed_at, live.changed_at) << "not in the feed";
  EXPECT_EQ(found.version, live.version);
  EXPECT_EQ(quota_taken(ada.id), 10u);
  EXPECT_EQ(advance("one", "two", 4), Advance::done);
  EXPECT_EQ(advance("two", "", 5), Advance::done);
  EXPECT_EQ(find(live).direct, "");
}

TEST_P(CatalogSuite, DirectIsAddedWithARecordingAndNotListed) {
  auto ada = add_account("ada");
  auto live = new_live(ada);
  live.direct = R"({"piece": "x"})";
  add(live);
  EXPECT_EQ(find(live).direct, live.direct);
  auto page = run_task(catalog().list_recordings(ada.id, {}, {}, 9, at(0)));
  ASSERT_EQ(page.recordings.size(), 1u);
  EXPECT_EQ(page.recordings[0].direct, "");
}

TEST_P(CatalogSuite, AnAppendThatDoesNotKnowOfDirectIsAConflict) {
  auto live = add(new_live(add_account("ada")));
  auto begin = change_direct(live, "", "one", at(1));
  EXPECT_EQ(run_task(catalog().advance(begin)).outcome, Advance::done);
  auto result = run_task(catalog().advance(new_append(live, 0, 6)));
  EXPECT_EQ(result.outcome, Advance::conflict);
  EXPECT_EQ(result.size, 0u);
  EXPECT_TRUE(find(live).tail.empty());
}

TEST_P(CatalogSuite, TheBytesThatCameDirectlyCompleteItAndSettleItsReservation) {
  auto ada = add_account("ada", 100);
  auto live = add(new_live(ada, 40));
  auto begin = change_direct(live, "", "one", at(1));
  EXPECT_EQ(run_task(catalog().advance(begin)).outcome, Advance::done);
  auto append = new_append(live, 0, 30);
  append.direct = "one";
  append.ending = Append::Ending{sha256_of("all"), RecordingState::ready, false};
  EXPECT_EQ(run_task(catalog().advance(append)).outcome, Advance::done);
  auto found = find(live);
  EXPECT_EQ(found.direct, "");
  EXPECT_EQ(found.size, 30u);
  EXPECT_EQ(found.state, RecordingState::ready);
  EXPECT_EQ(found.tail, append.segments);
  EXPECT_EQ(quota_taken(ada.id), 30u);
  EXPECT_EQ(run_task(catalog().advance(append)).outcome, Advance::gone) << "complete: may not grow";
}

TEST_P(CatalogSuite, OfTwoThatCompleteItDirectlyOneWins) {
  auto ada = add_account("ada");
  auto live = add(new_live(ada, 9));
  auto begin = change_direct(live, "", "one", at(1));
  EXPECT_EQ(run_task(catalog().advance(begin)).outcome, Advance::done);
  std::atomic<int> done = 0;
  run_in_threads(8, [&](std::size_t) {
    auto append = new_append(live, 0, 9);
    append.direct = "one";
    append.ending = Append::Ending{sha256_of("all"), RecordingState::ready, false};
    if (run_task(catalog().advance(append)).outcome == Advance::done) ++done;
  });
  EXPECT_EQ(done, 1);
  EXPECT_EQ(quota_taken(ada.id), 9u);
}

TEST_P(CatalogSuite, ARecoveredRecordingThatBeginsToComeDirectlyIsLiveAgain) {
  auto ada = add_account("ada");
  auto live = add(new_live(ada));
  Append ending = change_direct(live, "", "", at(1));
  ending.ending = Append::Ending{sha256_of(""), RecordingState::ready, true};
  EXPECT_EQ(run_task(catalog().advance(ending)).outcome, Advance::done);
  auto recovered = find(live);
  EXPECT_TRUE(recovered.recovered);
  auto nothing = change_direct(recovered, "", "", at(2));
  EXPECT_EQ(run_task(catalog().advance(nothing)).outcome, Advance::done);
  EXPECT_TRUE(find(live).recovered) << "nothing came";
  auto begin = change_direct(recovered, "", "one", at(3));
  EXPECT_EQ(run_task(catalog().advance(begin)).outcome, Advance::done);
  auto found = find(live);
  EXPECT_EQ(found.state, RecordingState::recording);
  EXPECT_FALSE(found.recovered);
  EXPECT_EQ(found.direct, "one");
  EXPECT_EQ(found.version, recovered.version + 1);
}

}  // namespace tapedeck
