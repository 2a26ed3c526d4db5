#include "store/sqlite_check.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "store/sqlite_database.h"
#include "store/temporary_folder.h"

namespace tapedeck {
namespace {

void make_database(const std::string& path) {
  SqliteDatabase database({path, SqliteDatabase::Access::read_write, ""});
  database.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)");
  database.execute(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
      "INSERT INTO t SELECT i, hex(randomblob(40)) FROM n");
}

TEST(CheckDatabase, finds_nothing_wrong_with_a_sound_one) {
  TemporaryFolder folder;
  auto path = folder.path() + "/a.db";
  make_database(path);
  EXPECT_TRUE(check_database(path).empty());
}

TEST(CheckDatabase, finds_a_page_that_was_overwritten) {
  TemporaryFolder folder;
  auto path = folder.path() + "/a.db";
  make_database(path);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(5 * 4096);
  file << std::string(4096, '\xff');
  file.close();
  EXPECT_FALSE(check_database(path).empty());
}

TEST(CheckDatabase, calls_a_file_that_is_none_damaged) {
  TemporaryFolder folder;
  auto path = folder.path() + "/a.db";
  EXPECT_EQ(check_database(path).size(), 1U);  // absent
  std::ofstream(path) << std::string(8192, 'x');
  EXPECT_EQ(check_database(path).size(), 1U);
}

}  // namespace
}  // namespace tapedeck
