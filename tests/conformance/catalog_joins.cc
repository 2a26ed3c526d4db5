// Promises about joining: few large segments in the place of many small ones.
#include "conformance/catalog_suite.h"
#include "store/facts.h"

namespace tapedeck {

namespace {

/// Appends `count` segments of ten bytes to it.
void grow(Catalog& catalog, Append append, ByteCount count) {
  for (ByteCount i = 0; i < count; ++i) {
    append.from = i * 10;
    append.segments[0].begin = append.from;
    append.segments[0].end = append.from + 10;
    auto result = run_task(catalog.advance(append));
    ASSERT_EQ(result.outcome, Advance::done);
  }
}

}  // namespace

TEST_P(CatalogSuite, JoinedSegmentsTakeThePlaceOfAllOthers) {
  auto ada = add_account("ada");
  auto live = add(new_live(ada));
  grow(catalog(), new_append(live, 0, 10), 70);  // two chunk rows and a tail
  Append append = new_append(live, 700, 10);
  append.ending = Append::Ending{sha256_of("whole"), RecordingState::ready, false};
  EXPECT_EQ(run_task(catalog().advance(append)).outcome, Advance::done);
  auto before = find(live);

  std::vector<Segment> joined = {{new_ulid(), 0, 400, sha256_of("a")},
                                 {new_ulid(), 400, 710, sha256_of("b")}};
  EXPECT_TRUE(run_task(catalog().join_segments(ada.id, live.id, 710, joined)));
  EXPECT_EQ(find(live).tail, joined);
  reopen();
  EXPECT_EQ(run_task(catalog().list_segments(ada.id, live.id, 0, 100)), joined);
  auto found = find(live);
  EXPECT_EQ(found.tail, joined);
  EXPECT_EQ(found.size, 710u);
  EXPECT_EQ(found.sha256, before.sha256);
  EXPECT_EQ(found.version, before.version);
  EXPECT_EQ(found.changed_at, before.changed_at);
  EXPECT_EQ(found.last_append_at, before.last_append_at);
  EXPECT_EQ(quota_taken(ada.id), 710u);
}

TEST_P(CatalogSuite, WhatIsLiveOrHasAnotherSizeIsNotJoined) {
  auto ada = add_account("ada");
  auto eve = add_account("eve");
  auto live = add(new_live(ada));
  auto append = new_append(live, 0, 6);
  EXPECT_EQ(run_task(catalog().advance(append)).outcome, Advance::done);
  std::vector<Segment> six = {{new_ulid(), 0, 6, sha256_of("six")}};
  std::vector<Segment> five = {{new_ulid(), 0, 5, sha256_of("five")}};
  EXPECT_FALSE(run_task(catalog().join_segments(ada.id, live.id, 6, six))) << "it grows";
  auto complete = add(new_recording(ada, 6));
  EXPECT_FALSE(run_task(catalog().join_segments(ada.id, complete.id, 5, five)));
  EXPECT_FALSE(run_task(catalog().join_segments(eve.id, complete.id, 6, six)));
  EXPECT_FALSE(run_task(catalog().join_segments(ada.id, RecordingId::make(env_), 6, six)));
  EXPECT_EQ(find(live).tail, append.segments);
  EXPECT_EQ(find(complete).tail, complete.tail);
}

TEST_P(CatalogSuite, WhatIsInTheTrashIsJoinedAndComesBackWhole) {
  auto ada = add_account("ada");
  auto recording = add(new_recording(ada, 6));
  run_task(catalog().trash_recording(ada.id, recording.id, at(1), at(2)));
  std::vector<Segment> joined = {{new_ulid(), 0, 6, sha256_of("joined")}};
  EXPECT_TRUE(run_task(catalog().join_segments(ada.id, recording.id, 6, joined)));
  run_task(catalog().restore_recording(ada.id, recording.id, at(3)));
  EXPECT_EQ(find(recording).tail, joined);
}

TEST_P(CatalogSuite, ARecoveredRecordingGoesOnAfterItWasJoined) {
  auto ada = add_account("ada");
  auto live = add(new_live(ada));
  grow(catalog(), new_append(live, 0, 10), 40);
  Append ending = new_append(live, 400, 10);
  ending.ending = Append::Ending{sha256_of("so far"), RecordingState::ready, true};
  EXPECT_EQ(run_task(catalog().advance(ending)).outcome, Advance::done);
  std::vector<Segment> joined = {{new_ulid(), 0, 410, sha256_of("joined")}};
  EXPECT_TRUE(run_task(catalog().join_segments(ada.id, live.id, 410, joined)));
  EXPECT_EQ(find(live).hash_state, ending.hash_state);
  auto append = new_append(live, 410, 10);
  EXPECT_EQ(run_task(catalog().advance(append)).outcome, Advance::done);
  EXPECT_FALSE(run_task(catalog().join_segments(ada.id, live.id, 410, joined)));
  joined.push_back(append.segments[0]);
  EXPECT_EQ(run_task(catalog().list_segments(ada.id, live.id, 0, 100)), joined);
}

/// As it is after a join, or after an append of an older program.
TEST_P(CatalogSuite, ARowWithMoreSegmentsThanAnAppendLeavesGoesOn) {
  auto ada = add_account("ada");
  auto live = add(new_live(ada));
  Append ending = new_append(live, 0, 400);
  ending.ending = Append::Ending{sha256_of("so far"), RecordingState::ready, true};
  EXPECT_EQ(run_task(catalog().advance(ending)).outcome, Advance::done);
  std::vector<Segment> all;
  for (ByteCount at = 0; at < 400; at += 20) all.push_back({new_ulid(), at, at + 20, {}});
  EXPECT_TRUE(run_task(catalog().join_segments(ada.id, live.id, 400, all)));
  ASSERT_GT(find(live).tail.size(), appended_segments_max);
  for (ByteCount at = 400; at < 700; at += 10) {
    auto append = new_append(live, at, 10);
    EXPECT_EQ(run_task(catalog().advance(append)).outcome, Advance::done);
    all.push_back(append.segments[0]);
    ASSERT_LE(find(live).tail.size(), appended_segments_max);
  }
  reopen();
  EXPECT_EQ(run_task(catalog().list_segments(ada.id, live.id, 0, 100)), all);
}

TEST_P(CatalogSuite, ARecordingWithoutBytesJoinsToNothing) {
  auto ada = add_account("ada");
  auto empty = add(new_recording(ada, 0));
  EXPECT_TRUE(run_task(catalog().join_segments(ada.id, empty.id, 0, {})));
  EXPECT_TRUE(find(empty).tail.empty());
}

}  // namespace tapedeck
