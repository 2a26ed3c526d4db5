#include "main/sent_journal.h"

#include <fstream>

#include <gtest/gtest.h>

#include "base/error.h"
#include "store/temporary_folder.h"

namespace tapedeck {

namespace {

const WatchedFile memo{"a \"b\"\n.wav", {100, 1'700'000'000'123'456'789}};

std::filesystem::path path_in(const TemporaryFolder& place, const std::string& name) {
  return std::filesystem::path(place.path()) / name;
}

}  // namespace

TEST(SentJournalTest, what_was_sent_is_known_to_the_next_process) {
  TemporaryFolder place;
  auto path = path_in(place, "watch/x.jsonl");
  {
    SentJournal journal(path);
    EXPECT_TRUE(journal.is_new());
    EXPECT_FALSE(journal.has(memo));
    journal.add(memo, "01J");
    EXPECT_TRUE(journal.has(memo));
  }
  SentJournal journal(path);
  EXPECT_FALSE(journal.is_new());
  EXPECT_TRUE(journal.has(memo));
}

TEST(SentJournalTest, one_that_has_seen_nothing_is_not_new_again) {
  TemporaryFolder place;
  auto path = path_in(place, "x.jsonl");
  {
    SentJournal first(path);
  }
  EXPECT_FALSE(SentJournal(path).is_new());
}

TEST(SentJournalTest, a_file_that_changed_since_was_not_sent) {
  TemporaryFolder place;
  SentJournal journal(path_in(place, "x.jsonl"));
  journal.add(memo, "01J");
  auto longer = memo;
  ++longer.stamp.bytes;
  auto later = memo;
  ++later.stamp.changed_ns;
  EXPECT_FALSE(journal.has(longer));
  EXPECT_FALSE(journal.has(later));
}

TEST(SentJournalTest, a_line_that_a_crash_cut_off_harms_no_other) {
  TemporaryFolder place;
  auto path = path_in(place, "x.jsonl");
  {
    SentJournal(path).add(memo, "01J");
  }
  std::ofstream(path, std::ios::app) << R"({"name":"cut)";
  WatchedFile second{"b.wav", {1, 1}};
  {
    SentJournal(path).add(second, "01K");
  }
  SentJournal journal(path);
  EXPECT_TRUE(journal.has(memo));
  EXPECT_TRUE(journal.has(second));
}

TEST(SentJournalTest, one_process_at_a_time) {
  TemporaryFolder place;
  auto path = path_in(place, "x.jsonl");
  SentJournal journal(path);
  EXPECT_THROW(SentJournal{path}, Error);
}

TEST(SentJournalTest, each_folder_and_server_has_its_own) {
  auto path = [](const char* folder, const char* server) {
    return SentJournal::path_of("/state", folder, server);
  };
  EXPECT_EQ(path("/a", "http://x"), path("/a", "http://x"));
  EXPECT_NE(path("/a", "http://x"), path("/b", "http://x"));
  EXPECT_NE(path("/a", "http://x"), path("/a", "http://y"));
}

}  // namespace tapedeck
