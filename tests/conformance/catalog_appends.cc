// Promises about growing: advances, reservations, segments.
#include <atomic>

#include "conformance/catalog_suite.h"
#include "store/facts.h"

namespace tapedeck {

TEST_P(CatalogSuite, AnAppendAtTheOffsetMovesIt) {
  auto ada = add_account("ada");
  auto live = add(new_live(ada));
  auto append = new_append(live, 0, 6);
  append.sniffed_type = "audio/wav";
  auto result = run_task(catalog().advance(append));
  EXPECT_EQ(result.outcome, Advance::done);
  EXPECT_EQ(result.size, 6u);
  reopen();
  auto found = find(live);
  EXPECT_EQ(found.size, 6u);
  EXPECT_EQ(found.tail, append.segments);
  EXPECT_EQ(found.hash_state, append.hash_state);
  EXPECT_EQ(found.sniffed_type, "audio/wav");
  EXPECT_EQ(found.last_append_at, append.now);
  EXPECT_EQ(found.changed_at, live.changed_at) << "appends are not in the feed";
  EXPECT_EQ(found.version, live.version);
  EXPECT_EQ(quota_taken(ada.id), 6u);
}

TEST_P(CatalogSuite, WhatAnAppendGivesIsWhatIsFound) {
  auto live = add(new_live(add_account("ada")));
  for (ByteCount from : {0, 6, 12}) {
    auto append = new_append(live, from, 6);
    if (from == 12) append.ending = Append::Ending{Sha256Digest{7}, RecordingState::ready, false};
    auto result = run_task(catalog().advance(append));
    ASSERT_EQ(result.outcome, Advance::done);
    auto found = find(live);
    if (!result.recording) continue;  // a store that would have to read it
    const auto& given = *result.recording;
    EXPECT_EQ(given.size, found.size);
    EXPECT_EQ(given.reserved_bytes, found.reserved_bytes);
    EXPECT_EQ(given.length, found.length);
    EXPECT_EQ(given.tail, found.tail);
    EXPECT_EQ(given.hash_state, found.hash_state);
    EXPECT_EQ(given.state, found.state);
    EXPECT_EQ(given.sha256, found.sha256);
    EXPECT_EQ(given.version, found.version);
    EXPECT_EQ(given.changed_at, found.changed_at);
    EXPECT_EQ(given.last_append_at, found.last_append_at);
    EXPECT_EQ(given.description.title, found.description.title);
  }
}

TEST_P(CatalogSuite, AnAppendElsewhereHearsTheTrueOffset) {
  auto live = add(new_live(add_account("ada")));
  EXPECT_EQ(run_task(catalog().advance(new_append(live, 0, 6))).outcome, Advance::done);
  for (ByteCount from : {0, 5, 7}) {
    auto result = run_task(catalog().advance(new_append(live, from, 4)));
    EXPECT_EQ(result.outcome, Advance::conflict) << from;
    EXPECT_EQ(result.size, 6u) << from;
  }
  EXPECT_EQ(find(live).size, 6u);
}

TEST_P(CatalogSuite, OfTwoAppendsAtOneOffsetOneWins) {
  auto ada = add_account("ada");
  auto live = add(new_live(ada));
  for (ByteCount round = 0; round < 20; ++round) {
    std::atomic<int> done = 0;
    std::atomic<int> conflicts = 0;
    run_in_threads(4, [&](std::size_t) {
      auto result = run_task(catalog().advance(new_append(live, round * 10, 10)));
      if (result.outcome == Advance::done) ++done;
      if (result.outcome == Advance::conflict && result.size == (round + 1) * 10) ++conflicts;
    });
    EXPECT_EQ(done, 1);
    EXPECT_EQ(conflicts, 3);
  }
  EXPECT_EQ(find(live).size, 200u);
  EXPECT_EQ(quota_taken(ada.id), 200u);
}

TEST_P(CatalogSuite, TheFirstSniffedTypeStays) {
  auto live = add(new_live(add_account("ada")));
  auto first = new_append(live, 0, 1);
  first.sniffed_type = "audio/wav";
  auto second = new_append(live, 1, 1);
  second.sniffed_type = "audio/ogg";
  EXPECT_EQ(run_task(catalog().advance(first)).outcome, Advance::done);
  EXPECT_EQ(run_task(catalog().advance(second)).outcome, Advance::done);
  EXPECT_EQ(find(live).sniffed_type, "audio/wav");
}

TEST_P(CatalogSuite, AnEndingCompletesTheRecordingAndSettlesItsReservation) {
  auto ada = add_account("ada");
  auto live = new_live(ada, 100);
  live.length = 6;
  add(live);
  EXPECT_EQ(quota_taken(ada.id), 100u);
  auto append = new_append(live, 0, 6);
  append.ending = Append::Ending{sha256_of("whole"), RecordingState::processing, true};
  EXPECT_EQ(run_task(catalog().advance(append)).outcome, Advance::done);
  reopen();
  auto found = find(live);
  EXPECT_EQ(found.state, RecordingState::processing);
  EXPECT_TRUE(found.recovered);
  EXPECT_EQ(found.sha256, sha256_of("whole"));
  EXPECT_EQ(found.hash_state, append.hash_state) << "it may still go on";
  EXPECT_EQ(found.length, 6u);
  EXPECT_EQ(found.reserved_bytes, 0u);
  EXPECT_EQ(found.version, live.version + 1);
  EXPECT_EQ(found.changed_at, append.now);
  auto after = account(ada.id);
  EXPECT_EQ(after.used_bytes, 6u);
  EXPECT_EQ(after.reserved_bytes, 0u);
  EXPECT_EQ(run_task(catalog().advance(new_append(live, 6, 1))).outcome, Advance::gone);
}

TEST_P(CatalogSuite, ARecordingThatItsRecorderEndedHasNoStateToGoOnFrom) {
  auto live = new_live(add_account("ada"));
  live.length = 6;
  add(live);
  auto append = new_append(live, 0, 6);
  append.ending = Append::Ending{sha256_of("whole"), RecordingState::ready, false};
  EXPECT_EQ(run_task(catalog().advance(append)).outcome, Advance::done);
  reopen();
  EXPECT_EQ(find(live).hash_state, "");
  EXPECT_FALSE(find(live).length);
  EXPECT_FALSE(find(live).recovered);
  EXPECT_EQ(run_task(catalog().advance(new_append(live, 6, 1))).outcome, Advance::gone);
  EXPECT_FALSE(run_task(catalog().reserve(live.account, live.id, 1)));
}

TEST_P(CatalogSuite, ALengthIsAnnouncedOnceAndIsNotAChange) {
  auto live = add(new_live(add_account("ada")));
  auto first = new_append(live, 0, 1);
  first.length = 10;
  EXPECT_EQ(run_task(catalog().advance(first)).outcome, Advance::done);
  auto second = new_append(live, 1, 1);
  second.length = 20;
  EXPECT_EQ(run_task(catalog().advance(second)).outcome, Advance::done);
  reopen();
  EXPECT_EQ(find(live).length, 10u);
  EXPECT_EQ(find(live).version, live.version);
  EXPECT_EQ(find(live).changed_at, live.changed_at);
}

TEST_P(CatalogSuite, AnEndingWithoutBytesCompletesToo) {
  auto live = add(new_live(add_account("ada")));
  Append append;
  append.account = live.account;
  append.recording = live.id;
  append.now = at(9);
  append.ending = Append::Ending{sha256_of(""), RecordingState::ready, false};
  EXPECT_EQ(run_task(catalog().advance(append)).outcome, Advance::done);
  EXPECT_EQ(find(live).state, RecordingState::ready);
  EXPECT_TRUE(find(live).tail.empty());
}

TEST_P(CatalogSuite, NothingAppendsToWhatIsNotThereTrashedOrSomebodyElses) {
  auto ada = add_account("ada");
  auto eve = add_account("eve");
  auto live = add(new_live(ada));
  auto absent = new_live(ada);
  EXPECT_EQ(run_task(catalog().advance(new_append(absent, 0, 1))).outcome, Advance::gone);
  auto stolen = new_append(live, 0, 1);
  stolen.account = eve.id;
  EXPECT_EQ(run_task(catalog().advance(stolen)).outcome, Advance::gone);
  run_task(catalog().trash_recording(ada.id, live.id, at(1), at(2)));
  EXPECT_EQ(run_task(catalog().advance(new_append(live, 0, 1))).outcome, Advance::gone);
  EXPECT_EQ(find(live).size, 0u);
}

TEST_P(CatalogSuite, AppendsEatTheReservationBeforeMoreQuota) {
  auto ada = add_account("ada", 100);
  auto live = add(new_live(ada, 60));
  EXPECT_EQ(run_task(catalog().advance(new_append(live, 0, 50))).outcome, Advance::done);
  EXPECT_EQ(quota_taken(ada.id), 60u);
  EXPECT_EQ(find(live).reserved_bytes, 10u);
}

TEST_P(CatalogSuite, AReservationRisesWithinTheQuotaOnly) {
  auto ada = add_account("ada", 100);
  auto live = add(new_live(ada, 10));
  EXPECT_TRUE(run_task(catalog().reserve(ada.id, live.id, 100)));
  EXPECT_FALSE(run_task(catalog().reserve(ada.id, live.id, 101)));
  EXPECT_TRUE(run_task(catalog().reserve(ada.id, live.id, 5))) << "it only ever rises";
  reopen();
  EXPECT_EQ(find(live).reserved_bytes, 100u);
  EXPECT_EQ(account(ada.id).reserved_bytes, 100u);
  EXPECT_FALSE(run_task(catalog().reserve(ada.id, new_live(ada).id, 1)));
  AccountPatch unlimited;
  unlimited.quota_bytes = std::optional<ByteCount>();
  run_task(catalog().change_account(ada.id, unlimited));
  auto complete = add(new_recording(ada, 1));
  EXPECT_FALSE(run_task(catalog().reserve(ada.id, complete.id, 1))) << "it is complete";
}

TEST_P(CatalogSuite, AnAccountsQuotaAddsUpUnderParallelReservations) {
  auto ada = add_account("ada", 1'000);
  std::vector<Recording> live;
  for (int i = 0; i < 8; ++i) live.push_back(add(new_live(ada)));
  std::atomic<int> granted = 0;
  run_in_threads(8, [&](std::size_t i) {
    if (run_task(catalog().reserve(ada.id, live[i].id, 300))) ++granted;
  });
  EXPECT_EQ(granted, 3);
  EXPECT_EQ(quota_taken(ada.id), 900u);
}

TEST_P(CatalogSuite, SegmentsBeyondTheTailAreKeptInOrder) {
  auto ada = add_account("ada");
  auto live = add(new_live(ada));
  std::vector<Segment> all;
  for (ByteCount i = 0; i < 100; ++i) {
    auto append = new_append(live, i * 3, 3);
    all.push_back(append.segments.front());
    ASSERT_EQ(run_task(catalog().advance(append)).outcome, Advance::done);
    ASSERT_LE(find(live).tail.size(), appended_segments_max);
  }
  reopen();
  EXPECT_EQ(run_task(catalog().list_segments(ada.id, live.id, 0, 1'000)), all);

  std::vector<Segment> paged;
  for (ByteCount from = 0;;) {
    auto page = run_task(catalog().list_segments(ada.id, live.id, from, 7));
    if (page.empty()) break;
    paged.insert(paged.end(), page.begin(), page.end());
    from = page.back().end;
  }
  EXPECT_EQ(paged, all);
}

TEST_P(CatalogSuite, AnAppendMayBringMoreSegmentsThanATailHolds) {
  auto ada = add_account("ada");
  auto live = add(new_live(ada));
  std::vector<Segment> all;
  for (std::size_t count : {3, 40, 70, 1, 40, 1}) {
    auto append = new_append(live, all.size() * 3, 3);
    while (append.segments.size() < count) {
      auto more = new_append(live, append.segments.back().end, 3);
      append.segments.push_back(more.segments.front());
    }
    all.insert(all.end(), append.segments.begin(), append.segments.end());
    ASSERT_EQ(run_task(catalog().advance(append)).outcome, Advance::done);
    ASSERT_LE(find(live).tail.size(), appended_segments_max);
    EXPECT_EQ(run_task(catalog().list_segments(ada.id, live.id, 0, 1'000)), all);
  }
  reopen();
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto found = run_task(catalog().list_segments(ada.id, live.id, i * 3 + 2, 1));
    ASSERT_EQ(found.size(), 1u) << i;
    EXPECT_EQ(found.front(), all[i]) << i;
  }
}

TEST_P(CatalogSuite, SegmentsAreListedFromTheOneThatHoldsTheOffset) {
  auto ada = add_account("ada");
  auto live = add(new_live(ada));
  for (ByteCount i = 0; i < 70; ++i) {
    ASSERT_EQ(run_task(catalog().advance(new_append(live, i * 10, 10))).outcome, Advance::done);
  }
  struct Case {
    ByteCount from, first_begin;
  };
  for (auto [from, first_begin] : std::vector<Case>{{0, 0},
                                                    {9, 0},
                                                    {10, 10},
                                                    {319, 310},
                                                    {320, 320},
                                                    {321, 320},
                                                    {639, 630},
                                                    {640, 640},
                                                    {699, 690}}) {
    auto segments = run_task(catalog().list_segments(ada.id, live.id, from, 1));
    ASSERT_EQ(segments.size(), 1u) << from;
    EXPECT_EQ(segments[0].begin, first_begin) << from;
  }
  EXPECT_TRUE(run_task(catalog().list_segments(ada.id, live.id, 700, 9)).empty());
  EXPECT_TRUE(run_task(catalog().list_segments(ada.id, live.id, ~ByteCount{0}, 9)).empty());
  EXPECT_TRUE(run_task(catalog().list_segments(ada.id, new_live(ada).id, 0, 9)).empty());
}

TEST_P(CatalogSuite, ARecordingMayComeWithMoreSegmentsThanATailHolds) {
  auto ada = add_account("ada");
  auto recording = new_recording(ada, 0);
  for (ByteCount i = 0; i < 70; ++i) {
    recording.tail.push_back({new_ulid(), i, i + 1, sha256_of(std::to_string(i))});
  }
  recording.size = 70;
  add(recording);
  EXPECT_LE(find(recording).tail.size(), tail_segments_max);
  EXPECT_EQ(run_task(catalog().list_segments(ada.id, recording.id, 0, 100)), recording.tail);
}

}  // namespace tapedeck
