#include "main/spool.h"

#include <fstream>

#include <gtest/gtest.h>

#include "base/error.h"
#include "store/temporary_folder.h"

namespace tapedeck {

namespace {

UploadDescription make_description(std::string client_id) {
  UploadDescription description;
  description.client_id = std::move(client_id);
  description.title = "A \"title\"";
  description.note = "two\nlines";
  description.tags = {"a", "b"};
  description.recorded_at = "2026-11-23T10:00:00.000Z";
  description.file_name = "a.wav";
  return description;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::filesystem::path path_in(const TemporaryFolder& place, const std::string& name) {
  return std::filesystem::path(place.path()) / name;
}

}  // namespace

TEST(SpoolTest, what_is_left_is_found_again_with_all_that_was_said_of_it) {
  TemporaryFolder place;
  std::string path;
  {
    Spool spool(path_in(place, "new/folder"), make_description("01A"));
    spool.append("one");
    spool.append(" two");
    path = spool.path();
  }
  EXPECT_TRUE(Spool::is_spool(path));
  Spool left(path);
  EXPECT_EQ(left.size(), 7u);
  EXPECT_EQ(read_text(path), "one two");
  EXPECT_EQ(left.description().client_id, "01A");
  EXPECT_EQ(upload_metadata(left.description()), upload_metadata(make_description("01A")));
}

TEST(SpoolTest, only_those_that_nobody_uses_and_that_hold_something_are_left) {
  TemporaryFolder place;
  {
    Spool(place.path(), make_description("01B")).append("later");
  }
  {
    Spool(place.path(), make_description("01A")).append("x");
  }
  {
    Spool(place.path(), make_description("01C"));
  }
  Spool used(place.path(), make_description("01D"));
  used.append("y");
  auto left = list_left_spools(place.path());
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].path, path_in(place, "01A.audio").string());
  EXPECT_EQ(left[1].size, 5u);
  EXPECT_FALSE(std::filesystem::exists(path_in(place, "01C.audio")));
  EXPECT_EQ(list_left_spools(path_in(place, "absent")).size(), 0u);
}

TEST(SpoolTest, one_in_use_is_refused) {
  TemporaryFolder place;
  Spool used(place.path(), make_description("01A"));
  EXPECT_THROW(Spool{used.path()}, Error);
  EXPECT_THROW(Spool(place.path(), make_description("01A")), Error);
}

TEST(SpoolTest, removing_it_leaves_nothing) {
  TemporaryFolder place;
  Spool spool(place.path(), make_description("01A"));
  spool.remove();
  EXPECT_TRUE(std::filesystem::is_empty(place.path()));
  EXPECT_FALSE(Spool::is_spool(spool.path()));
}

TEST(SpoolTest, other_files_are_no_spools) {
  TemporaryFolder place;
  auto path = path_in(place, "a.audio").string();
  std::ofstream(path) << "x";
  EXPECT_FALSE(Spool::is_spool(path));
  EXPECT_FALSE(Spool::is_spool("memo.wav"));
}

}  // namespace tapedeck
