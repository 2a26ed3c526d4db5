// Promises about lists: pages, filters, the feed of changes.
#include <algorithm>
#include <tuple>

#include "conformance/catalog_suite.h"

namespace tapedeck {

namespace {

std::vector<RecordingId> list_all(Catalog& catalog, AccountId account, const ListFilter& filter,
                                  std::size_t page_max, Time now) {
  std::vector<RecordingId> ids;
  std::optional<ListPosition> after;
  do {
    auto page = run_task(catalog.list_recordings(account, filter, after, page_max, now));
    EXPECT_LE(page.recordings.size(), page_max);
    for (const auto& recording : page.recordings) ids.push_back(recording.id);
    after = page.next;
  } while (after);
  return ids;
}

}  // namespace

TEST_P(CatalogSuite, AListIsNewestFirstWithEachRecordingOnce) {
  auto ada = add_account("ada");
  std::vector<std::pair<Time, RecordingId>> expected;
  for (int i = 0; i < 20; ++i) {
    auto recording = add(new_recording(ada, 1, at(i / 5)));  // five of each time
    expected.emplace_back(at(i / 5), recording.id);
  }
  std::sort(expected.rbegin(), expected.rend());
  std::vector<RecordingId> ids;
  for (const auto& [time, id] : expected) ids.push_back(id);
  for (std::size_t page_max : {1, 3, 5, 20, 21}) {
    EXPECT_EQ(list_all(catalog(), ada.id, {}, page_max, at(0)), ids) << page_max;
  }
}

TEST_P(CatalogSuite, AListIsOnesOwnWithoutTheTrash) {
  auto ada = add_account("ada");
  auto eve = add_account("eve");
  auto kept = add(new_recording(ada, 1));
  auto trashed = add(new_recording(ada, 1));
  add(new_recording(eve, 1));
  run_task(catalog().trash_recording(ada.id, trashed.id, at(1), at(2)));
  EXPECT_EQ(list_all(catalog(), ada.id, {}, 9, at(1)), std::vector{kept.id});
  ListFilter trash;
  trash.state = ShownState::trashed;
  EXPECT_EQ(list_all(catalog(), ada.id, trash, 9, at(1)), std::vector{trashed.id});
}

TEST_P(CatalogSuite, AListGivesDescriptionsWithoutTails) {
  auto ada = add_account("ada");
  auto recording = new_recording(ada, 7);
  recording.description.tags = {"x"};
  add(recording);
  auto page = run_task(catalog().list_recordings(ada.id, {}, {}, 9, at(0)));
  ASSERT_EQ(page.recordings.size(), 1u);
  EXPECT_EQ(page.recordings[0].description.tags, std::vector<std::string>{"x"});
  EXPECT_EQ(page.recordings[0].size, 7u);
  EXPECT_EQ(page.recordings[0].sha256, recording.sha256);
  EXPECT_TRUE(page.recordings[0].tail.empty());
  EXPECT_FALSE(page.next);
}

TEST_P(CatalogSuite, TextIsFoundInTitleNoteAndFileNameWithoutCase) {
  auto ada = add_account("ada");
  auto title = new_recording(ada, 1);
  title.description.title = "The 100% Truth_";
  auto note = new_recording(ada, 1);
  note.description.note = "about TRUTH\\";
  auto file = new_recording(ada, 1);
  file.description.file_name = "truth.wav";
  auto tag = new_recording(ada, 1);
  tag.description.tags = {"truth"};
  for (const auto& recording : {title, note, file, tag}) add(recording);
  auto count = [&](const std::string& text) {
    ListFilter filter;
    filter.text = text;
    return list_all(catalog(), ada.id, filter, 9, at(0)).size();
  };
  struct Case {
    std::string text;
    std::size_t found;
  };
  for (const auto& [text, found] : std::vector<Case>{{"truth", 3},
                                                     {"TRUTH", 3},
                                                     {"100%", 1},
                                                     {"1%0", 0},
                                                     {"truth_", 1},
                                                     {"truth\\", 1},
                                                     {"%", 1},
                                                     {"'", 0},
                                                     {"", 4}}) {
    EXPECT_EQ(count(text), found) << text;
  }
}

TEST_P(CatalogSuite, TimesSelectFromInclusiveToExclusive) {
  auto ada = add_account("ada");
  std::vector<RecordingId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(add(new_recording(ada, 1, at(i))).id);
  ListFilter filter;
  filter.from = at(1);
  filter.to = at(4);
  EXPECT_EQ(list_all(catalog(), ada.id, filter, 1, at(0)), (std::vector{ids[3], ids[2], ids[1]}));
}

TEST_P(CatalogSuite, StatesAndTagsSelect) {
  auto ada = add_account("ada");
  auto tagged = new_recording(ada, 1);
  tagged.description.tags = {"work", "b"};
  add(tagged);
  auto similar = new_recording(ada, 1);
  similar.description.tags = {"workshop"};
  add(similar);
  auto fresh = new_live(ada);
  fresh.last_append_at = at(100);
  add(fresh);
  auto silent = new_live(ada);
  silent.last_append_at = at(50);
  add(silent);

  ListFilter tag;
  tag.tag = "work";
  EXPECT_EQ(list_all(catalog(), ada.id, tag, 1, at(101)), std::vector{tagged.id});
  ListFilter state;
  state.state = ShownState::recording;
  EXPECT_EQ(list_all(catalog(), ada.id, state, 1, at(101)), std::vector{fresh.id});
  state.state = ShownState::interrupted;
  EXPECT_EQ(list_all(catalog(), ada.id, state, 1, at(101)), std::vector{silent.id});
  state.state = ShownState::ready;
  EXPECT_EQ(list_all(catalog(), ada.id, state, 9, at(101)).size(), 2u);
  state.state = ShownState::failed;
  EXPECT_TRUE(list_all(catalog(), ada.id, state, 9, at(101)).empty());
}

TEST_P(CatalogSuite, APatchedTimeMovesTheRecordingInTheList) {
  auto ada = add_account("ada");
  auto first = add(new_recording(ada, 1, at(1)));
  auto second = add(new_recording(ada, 1, at(2)));
  RecordingPatch patch;
  patch.recorded_at = at(3);
  run_task(catalog().change_recording(ada.id, first.id, patch, {}, at(9)));
  EXPECT_EQ(list_all(catalog(), ada.id, {}, 9, at(0)), (std::vector{first.id, second.id}));
}

TEST_P(CatalogSuite, TheFeedHasEveryChangeInOrderAndTombstones) {
  auto ada = add_account("ada");
  auto eve = add_account("eve");
  add(new_recording(eve, 1));
  auto patched = add(new_recording(ada, 1));
  auto purged = add(new_recording(ada, 1));
  auto trashed = add(new_recording(ada, 1));
  RecordingPatch patch;
  patch.title = "New";
  run_task(catalog().change_recording(ada.id, patched.id, patch, {}, at(1)));
  trash_and_purge(purged, at(2));
  run_task(catalog().trash_recording(ada.id, trashed.id, at(3), at(9)));
  reopen();
  auto page = run_task(catalog().list_changes(ada.id, {}, 10));
  ASSERT_EQ(page.changes.size(), 3u);
  EXPECT_FALSE(page.more);
  EXPECT_EQ(page.changes[0].id, patched.id);
  ASSERT_TRUE(page.changes[0].recording);
  EXPECT_EQ(page.changes[0].recording->description.title, "New");
  EXPECT_EQ(page.changes[1].id, purged.id);
  EXPECT_EQ(page.changes[1].changed_at, at(2));
  EXPECT_FALSE(page.changes[1].recording);
  EXPECT_EQ(page.changes[2].id, trashed.id);
  EXPECT_EQ(page.changes[2].recording->trashed_at, at(3));
}

TEST_P(CatalogSuite, PagesOfTheFeedStartAtTheirPosition) {
  auto ada = add_account("ada");
  std::vector<std::pair<Time, RecordingId>> all;
  for (int i = 0; i < 9; ++i) {
    auto recording = new_recording(ada, 1);
    recording.changed_at = at(i / 3);
    add(recording);
    if (i % 2 == 0) trash_and_purge(recording, at(i / 3));
    all.emplace_back(at(i / 3), recording.id);
  }
  std::sort(all.begin(), all.end());
  std::vector<std::pair<Time, RecordingId>> seen;
  ChangePosition since;
  for (bool more = true; more;) {
    auto page = run_task(catalog().list_changes(ada.id, since, 3));
    ASSERT_FALSE(page.changes.empty());
    // The position is inclusive: what was seen last comes again.
    for (const auto& change : page.changes) {
      std::pair entry(change.changed_at, change.id);
      if (seen.empty() || entry > seen.back()) seen.push_back(entry);
    }
    since = {page.changes.back().changed_at, page.changes.back().id};
    more = page.more;
  }
  EXPECT_EQ(seen, all);
}

TEST_P(CatalogSuite, ARecordingThatComesBackUnderItsClaimIsNoLongerATombstone) {
  auto ada = add_account("ada");
  auto recording = add(new_recording(ada, 1));
  trash_and_purge(recording, at(2));
  add(recording);
  auto page = run_task(catalog().list_changes(ada.id, {}, 10));
  ASSERT_EQ(page.changes.size(), 1u);
  EXPECT_TRUE(page.changes[0].recording);
}

}  // namespace tapedeck
