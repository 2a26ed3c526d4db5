#include "main/watched_folder.h"

#include <fstream>

#include <gtest/gtest.h>

#include "base/error.h"
#include "store/temporary_folder.h"

namespace tapedeck {

namespace {

using std::chrono::seconds;
using Names = std::vector<std::string>;

class WatchedFolderTest : public testing::Test {
 protected:
  void write(const std::string& name, std::string_view text) {
    auto path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::app) << text;
  }

  Names look_at(seconds time) {
    Names names;
    for (const auto& file : watched_.look(begin_ + time)) names.push_back(file.name);
    return names;
  }

  TemporaryFolder place_;
  const std::filesystem::path folder_ = place_.path();
  WatchedFolder watched_{folder_, seconds(3)};
  const WatchedFolder::Clock::time_point begin_{};
};

}  // namespace

TEST_F(WatchedFolderTest, a_file_is_finished_when_it_has_not_changed_for_a_while) {
  write("a.wav", "one");
  EXPECT_EQ(look_at(seconds(0)), Names());
  EXPECT_EQ(look_at(seconds(2)), Names());
  EXPECT_EQ(look_at(seconds(3)), Names{"a.wav"});
  write("a.wav", " more");
  EXPECT_EQ(look_at(seconds(4)), Names());
  EXPECT_EQ(look_at(seconds(6)), Names());
  EXPECT_EQ(look_at(seconds(7)), Names{"a.wav"});
}

TEST_F(WatchedFolderTest, folders_in_it_count_and_the_order_is_that_of_names) {
  write("b.wav", "x");
  write("a/z.wav", "x");
  write("a.wav", "x");
  look_at(seconds(0));
  EXPECT_EQ(look_at(seconds(3)), (Names{"a.wav", "a/z.wav", "b.wav"}));
}

TEST_F(WatchedFolderTest, hidden_and_empty_files_and_links_are_left_alone) {
  write(".a.wav", "x");
  write(".hidden/b.wav", "x");
  write("c.wav.part", "x");
  write("d.wav", "");
  std::filesystem::create_symlink(folder_ / ".a.wav", folder_ / "e.wav");
  look_at(seconds(0));
  EXPECT_EQ(look_at(seconds(9)), Names());
}

TEST_F(WatchedFolderTest, a_file_that_went_away_and_came_back_begins_anew) {
  write("a.wav", "x");
  look_at(seconds(0));
  std::filesystem::remove(folder_ / "a.wav");
  EXPECT_EQ(look_at(seconds(3)), Names());
  write("a.wav", "x");
  EXPECT_EQ(look_at(seconds(4)), Names());
  EXPECT_EQ(look_at(seconds(7)), Names{"a.wav"});
}

TEST_F(WatchedFolderTest, a_folder_that_is_gone_is_an_error) {
  std::filesystem::remove_all(place_.path());
  EXPECT_THROW(look_at(seconds(0)), Error);
}

TEST(UnfinishedNameTest, programs_mark_what_they_have_not_finished) {
  for (auto name :
       {"", ".x", "~$memo.wav", "a.part", "a.WAV.PART", "a.tmp", "a.crdownload", "a~"}) {
    EXPECT_TRUE(is_unfinished_name(name)) << name;
  }
  for (auto name : {"a.wav", "part", "tmp.m4a", "a.part.wav", "a b.ogg", "ä"}) {
    EXPECT_FALSE(is_unfinished_name(name)) << name;
  }
}

}  // namespace tapedeck
