// Promises about one recording: claims, adding, changing, the trash, the quota.
#include <atomic>
#include <set>

#include "conformance/catalog_suite.h"

namespace tapedeck {

TEST_P(CatalogSuite, AnAddedRecordingIsFoundWithAllItsFacts) {
  auto ada = add_account("ada");
  auto added = new_recording(ada, 1'234, at(-86'400));
  auto& description = added.description;
  description.title = "Überschrift \u202e";
  description.note = "two\nlines";
  description.tags = {"a", "with \"quotes\"", "\u00fc"};
  description.file_name = "memo.wav";
  description.content_type = "audio/wav";
  description.client_id = "phone-1";
  added.sniffed_type = "audio/wav";
  added.version = 1;
  add(added);
  reopen();
  auto found = find(added);
  EXPECT_EQ(found.description.title, description.title);
  EXPECT_EQ(found.description.note, description.note);
  EXPECT_EQ(found.description.tags, description.tags);
  EXPECT_EQ(found.description.file_name, "memo.wav");
  EXPECT_EQ(found.description.content_type, "audio/wav");
  EXPECT_EQ(found.description.client_id, "phone-1");
  EXPECT_EQ(found.description.recorded_at, at(-86'400));
  EXPECT_EQ(found.sniffed_type, "audio/wav");
  EXPECT_EQ(found.state, RecordingState::ready);
  EXPECT_EQ(found.size, 1'234u);
  EXPECT_EQ(found.sha256, added.sha256);
  EXPECT_EQ(found.tail, added.tail);
  EXPECT_EQ(found.created_at, added.created_at);
  EXPECT_FALSE(found.trashed_at);
  EXPECT_FALSE(found.length);
}

TEST_P(CatalogSuite, SomebodyElsesRecordingAndNoneLookTheSame) {
  auto ada = add_account("ada");
  auto eve = add_account("eve");
  auto recording = add(new_recording(ada, 5));
  EXPECT_FALSE(run_task(catalog().find_recording(eve.id, recording.id)));
  EXPECT_FALSE(run_task(catalog().change_recording(eve.id, recording.id, {}, {}, at(1))));
  EXPECT_FALSE(run_task(catalog().trash_recording(eve.id, recording.id, at(1), at(2))));
  EXPECT_FALSE(run_task(catalog().restore_recording(eve.id, recording.id, at(1))));
  EXPECT_FALSE(run_task(catalog().purge_recording(eve.id, recording.id, at(1))));
  EXPECT_TRUE(run_task(catalog().list_segments(eve.id, recording.id, 0, 9)).empty());
  EXPECT_EQ(find(recording).version, recording.version);
}

TEST_P(CatalogSuite, AnIdIsTakenOnce) {
  auto ada = add_account("ada");
  auto recording = add(new_recording(ada, 5));
  auto again = run_task(catalog().add_recording(recording, std::nullopt));
  EXPECT_EQ(again.outcome, AddRecording::id_taken);
  EXPECT_EQ(quota_taken(ada.id), 5u);
}

TEST_P(CatalogSuite, NobodyAndAClosingAccountHoldNothing) {
  auto nobody = new_account("nobody");
  EXPECT_EQ(run_task(catalog().add_recording(new_recording(nobody, 1), {})).outcome,
            AddRecording::no_account);
  auto ada = add_account("ada");
  AccountPatch closing;
  closing.state = AccountState::closing;
  run_task(catalog().change_account(ada.id, closing));
  EXPECT_EQ(run_task(catalog().add_recording(new_recording(ada, 1), {})).outcome,
            AddRecording::no_account);
}

TEST_P(CatalogSuite, TheQuotaIsExactAndSaysWhatIsLeft) {
  auto ada = add_account("ada", 100);
  add(new_recording(ada, 60));
  auto refused = run_task(catalog().add_recording(new_recording(ada, 41), {}));
  EXPECT_EQ(refused.outcome, AddRecording::over_quota);
  EXPECT_EQ(refused.bytes_left, 40u);
  auto live = new_live(ada, 41);
  EXPECT_EQ(run_task(catalog().add_recording(live, {})).outcome, AddRecording::over_quota);
  add(new_recording(ada, 40));
  EXPECT_EQ(quota_taken(ada.id), 100u);
  AccountPatch smaller;
  smaller.quota_bytes = 10;
  run_task(catalog().change_account(ada.id, smaller));
  auto none = run_task(catalog().add_recording(new_recording(ada, 1), {}));
  EXPECT_EQ(none.outcome, AddRecording::over_quota);
  EXPECT_EQ(none.bytes_left, 0u);
}

TEST_P(CatalogSuite, SizesNearTheLimitOfNumbersDoNotWrapAround) {
  auto ada = add_account("ada");
  constexpr ByteCount huge = (ByteCount{1} << 63) - 1;
  add(new_recording(ada, huge - 1));
  auto refused = run_task(catalog().add_recording(new_recording(ada, 2), {}));
  EXPECT_EQ(refused.outcome, AddRecording::over_quota);
  auto live = add(new_live(ada));
  EXPECT_FALSE(run_task(catalog().reserve(ada.id, live.id, ~ByteCount{0})));
  EXPECT_EQ(quota_taken(ada.id), huge - 1);
}

TEST_P(CatalogSuite, TheQuotaIsExactUnderParallelAdds) {
  auto ada = add_account("ada", 1'000);
  std::atomic<int> added = 0;
  run_in_threads(64, [&](std::size_t) {
    auto recording = new_recording(ada, 30);
    auto result = run_task(catalog().add_recording(recording, std::nullopt));
    if (result.outcome == AddRecording::added) ++added;
  });
  EXPECT_EQ(added, 33);
  EXPECT_EQ(quota_taken(ada.id), 990u);
  auto page = run_task(catalog().list_recordings(ada.id, {}, {}, 100, at(0)));
  EXPECT_EQ(page.recordings.size(), 33u);
}

TEST_P(CatalogSuite, AKeyStandsForTheRecordingOfItsFirstClaim) {
  auto ada = add_account("ada");
  auto eve = add_account("eve");
  auto first = RecordingId::make(env_);
  auto key = sha256_of("key");
  EXPECT_EQ(run_task(catalog().claim(ada.id, key, first)), first);
  reopen();
  EXPECT_EQ(run_task(catalog().claim(ada.id, key, RecordingId::make(env_))), first);
  auto others = RecordingId::make(env_);
  EXPECT_EQ(run_task(catalog().claim(eve.id, key, others)), others) << "keys are an account's";
}

TEST_P(CatalogSuite, ParallelClaimsOfAKeyHearOneId) {
  auto ada = add_account("ada");
  std::vector<RecordingId> heard(16);
  run_in_threads(heard.size(), [&](std::size_t i) {
    heard[i] = run_task(catalog().claim(ada.id, sha256_of("key"), RecordingId::make(env_)));
  });
  EXPECT_EQ(std::set<RecordingId>(heard.begin(), heard.end()).size(), 1u);
}

TEST_P(CatalogSuite, APatchRaisesTheVersionAndMovesTheRecordingInTheFeed) {
  auto ada = add_account("ada");
  auto recording = new_recording(ada, 5);
  recording.description.note = "stays";
  add(recording);
  RecordingPatch patch;
  patch.title = "New";
  patch.tags = std::vector<std::string>{"x"};
  patch.recorded_at = at(-5);
  auto after = run_task(catalog().change_recording(ada.id, recording.id, patch, 1, at(7)));
  ASSERT_TRUE(after);
  reopen();
  auto found = find(recording);
  EXPECT_EQ(found.description.title, "New");
  EXPECT_EQ(found.description.note, "stays");
  EXPECT_EQ(found.description.tags, std::vector<std::string>{"x"});
  EXPECT_EQ(found.description.recorded_at, at(-5));
  EXPECT_EQ(found.version, 2u);
  EXPECT_EQ(found.changed_at, at(7));
  EXPECT_EQ(after->version, 2u);
}

TEST_P(CatalogSuite, APatchOfAnotherVersionChangesNothing) {
  auto ada = add_account("ada");
  auto recording = add(new_recording(ada, 5));
  RecordingPatch patch;
  patch.title = "Lost";
  EXPECT_FALSE(run_task(catalog().change_recording(ada.id, recording.id, patch, 2, at(7))));
  EXPECT_EQ(find(recording).description.title, "Memo");
  EXPECT_EQ(find(recording).version, 1u);
}

TEST_P(CatalogSuite, OfPatchesOfOneVersionOneWins) {
  auto ada = add_account("ada");
  auto recording = add(new_recording(ada, 5));
  std::atomic<int> won = 0;
  run_in_threads(8, [&](std::size_t i) {
    RecordingPatch patch;
    patch.title = std::to_string(i);
    auto after = run_task(catalog().change_recording(ada.id, recording.id, patch, 1, at(7)));
    if (after) ++won;
  });
  EXPECT_EQ(won, 1);
  EXPECT_EQ(find(recording).version, 2u);
}

TEST_P(CatalogSuite, TheTrashKeepsARecordingUntilItIsRestored) {
  auto ada = add_account("ada");
  auto recording = add(new_recording(ada, 5));
  auto trashed = run_task(catalog().trash_recording(ada.id, recording.id, at(1), at(100)));
  ASSERT_TRUE(trashed);
  EXPECT_EQ(trashed->trashed_at, at(1));
  reopen();
  EXPECT_EQ(find(recording).trashed_at, at(1));
  EXPECT_EQ(find(recording).version, 2u);
  EXPECT_EQ(quota_taken(ada.id), 5u);
  auto due = run_task(catalog().list_due(at(100), 9));
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].kind, DueKind::purge);
  EXPECT_EQ(due[0].recording, recording.id);

  auto again = run_task(catalog().trash_recording(ada.id, recording.id, at(2), at(200)));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->trashed_at, at(1)) << "trashing twice changes nothing more";
  EXPECT_EQ(again->version, 2u);

  auto restored = run_task(catalog().restore_recording(ada.id, recording.id, at(3)));
  ASSERT_TRUE(restored);
  EXPECT_FALSE(restored->trashed_at);
  EXPECT_EQ(restored->version, 3u);
  EXPECT_EQ(restored->changed_at, at(3));
  auto twice = run_task(catalog().restore_recording(ada.id, recording.id, at(4)));
  ASSERT_TRUE(twice);
  EXPECT_EQ(twice->version, 3u);
}

TEST_P(CatalogSuite, APurgeGivesTheQuotaBackAndLeavesNoTrace) {
  auto ada = add_account("ada", 100);
  auto recording = new_recording(ada, 0);
  for (ByteCount i = 0; i < 70; ++i) {
    recording.tail.push_back({new_ulid(), i, i + 1, sha256_of(std::to_string(i))});
  }
  recording.size = 70;
  add(recording);
  auto live = add(new_live(ada, 30));
  EXPECT_FALSE(run_task(catalog().purge_recording(ada.id, recording.id, at(1))))
      << "it is not in the trash";
  EXPECT_TRUE(exists(recording));
  trash_and_purge(recording, at(2));
  trash_and_purge(live, at(2));
  reopen();
  EXPECT_FALSE(exists(recording));
  EXPECT_TRUE(run_task(catalog().list_segments(ada.id, recording.id, 0, 100)).empty());
  EXPECT_EQ(quota_taken(ada.id), 0u);
  EXPECT_FALSE(run_task(catalog().purge_recording(ada.id, recording.id, at(3))));
  EXPECT_EQ(quota_taken(ada.id), 0u);
}

TEST_P(CatalogSuite, ADigestIsFilledInOnceAndOnlyWhenComplete) {
  auto ada = add_account("ada");
  auto recording = new_recording(ada, 5);
  recording.sha256.reset();
  add(recording);
  auto live = add(new_live(ada));
  run_task(catalog().set_digest(ada.id, recording.id, sha256_of("first")));
  run_task(catalog().set_digest(ada.id, recording.id, sha256_of("second")));
  run_task(catalog().set_digest(ada.id, live.id, sha256_of("early")));
  reopen();
  EXPECT_EQ(find(recording).sha256, sha256_of("first"));
  EXPECT_FALSE(find(live).sha256);
}

}  // namespace tapedeck
