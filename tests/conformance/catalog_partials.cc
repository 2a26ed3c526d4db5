// Promises about partial recordings: the pieces for concatenations, which nobody is shown.
#include <algorithm>

#include "conformance/catalog_suite.h"

namespace tapedeck {

namespace {

std::vector<RecordingId> list(Catalog& catalog, const Account& account, const ListFilter& filter,
                              Time now, std::size_t page_max = 2) {
  std::vector<RecordingId> ids;
  std::optional<ListPosition> after;
  do {
    auto page = run_task(catalog.list_recordings(account.id, filter, after, page_max, now));
    for (const auto& recording : page.recordings) ids.push_back(recording.id);
    after = page.next;
  } while (after);
  return ids;
}

Recording as_partial(Recording recording) {
  recording.partial = true;
  return recording;
}

}  // namespace

TEST_P(CatalogSuite, APartialRecordingIsFoundByItsId) {
  auto partial = add(as_partial(new_live(add_account("ada"))));
  reopen();
  EXPECT_TRUE(find(partial).partial);
  EXPECT_EQ(run_task(catalog().advance(new_append(partial, 0, 6))).outcome, Advance::done);
  EXPECT_TRUE(find(partial).partial);
}

TEST_P(CatalogSuite, PartialRecordingsAreListedOnlyWhenAskedFor) {
  auto ada = add_account("ada");
  auto eve = add_account("eve");
  auto whole = add(new_recording(ada, 1, at(1)));
  auto whole_trashed = add(new_recording(ada, 1, at(1)));
  auto early = add(as_partial(new_recording(ada, 1, at(1))));
  auto live = add(as_partial(new_live(ada)));
  auto trashed = add(as_partial(new_recording(ada, 1, at(3))));
  add(as_partial(new_recording(eve, 1)));
  for (const auto& recording : {whole_trashed, trashed}) {
    run_task(catalog().trash_recording(ada.id, recording.id, at(4), at(5)));
  }
  reopen();
  ListFilter filter;
  EXPECT_EQ(list(catalog(), ada, filter, at(9)), std::vector{whole.id});
  filter.state = ShownState::trashed;
  EXPECT_EQ(list(catalog(), ada, filter, at(9)), std::vector{whole_trashed.id});
  filter.state = ShownState::interrupted;
  EXPECT_TRUE(list(catalog(), ada, filter, at(99)).empty());

  ListFilter partial;
  partial.partial = true;
  auto newest_first = std::vector{trashed.id, early.id, live.id};  // recorded at 3, 1, 0
  EXPECT_EQ(list(catalog(), ada, partial, at(9)), newest_first);
  EXPECT_EQ(list(catalog(), ada, partial, at(9), 1), newest_first);
}

TEST_P(CatalogSuite, TheFeedKnowsNothingOfPartialRecordings) {
  auto ada = add_account("ada");
  auto whole = add(new_recording(ada, 1));
  add(as_partial(new_live(ada)));
  auto purged = add(as_partial(new_recording(ada, 5)));
  EXPECT_EQ(quota_taken(ada.id), 6u);
  trash_and_purge(purged, at(2));
  reopen();
  EXPECT_FALSE(exists(purged));
  EXPECT_EQ(quota_taken(ada.id), 1u);
  auto page = run_task(catalog().list_changes(ada.id, {}, 9));
  ASSERT_EQ(page.changes.size(), 1u);
  EXPECT_EQ(page.changes[0].id, whole.id);
}

TEST_P(CatalogSuite, AnAccountWithAPartialRecordingHoldsSomething) {
  auto ada = add_account("ada");
  auto partial = add(as_partial(new_recording(ada, 5)));
  EXPECT_FALSE(run_task(catalog().remove_account(ada.id)));
  trash_and_purge(partial, at(1));
  EXPECT_TRUE(run_task(catalog().remove_account(ada.id)));
}

TEST_P(CatalogSuite, PartialRecordingsAreLiveTooWhileTheyGrow) {
  auto ada = add_account("ada");
  add(as_partial(new_live(ada)));
  auto refused = run_task(catalog().add_recording(new_live(ada), {}, {1, {}}));
  EXPECT_EQ(refused.outcome, AddRecording::too_many_live);
}

}  // namespace tapedeck
