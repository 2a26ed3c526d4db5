// The hot paths are as short as the design says, and the table in docs/operating.md is true.
#include "simulator/call_table.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace tapedeck::simulator {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

const CallRow& row_named(const std::vector<CallRow>& rows, const std::string& begin) {
  for (const auto& row : rows) {
    if (row.name.starts_with(begin)) return row;
  }
  throw std::logic_error("there is no row " + begin);
}

TEST(CallTable, AnAppendIsOnePutAndOneConditionalWrite) {
  auto rows = count_calls();
  const auto& append = row_named(rows, "append 64 KiB in");
  EXPECT_EQ(append.count("PutObject"), 1u);
  EXPECT_EQ(append.count("PutItem"), 1u);
  EXPECT_EQ(append.count("UpdateItem") + append.count("DeleteItem"), 0u);
}

TEST(CallTable, APageOfTheListIsOneQueryAndATokenTwoReads) {
  auto rows = count_calls();
  EXPECT_EQ(row_named(rows, "a token").calls, (std::vector<std::string>{"GetItem", "GetItem"}));
  for (const auto* page : {"a page of the list", "a page of the feed"}) {
    const auto& row = row_named(rows, page);
    EXPECT_EQ(row.calls, (std::vector<std::string>{"GetItem", "GetItem", "Query"})) << page;
  }
}

TEST(CallTable, NoRequestScansOrLists) {
  for (const auto& row : count_calls()) {
    EXPECT_EQ(row.count("Scan"), 0u) << row.name;
    bool looks_for_garbage = row.name.find("garbage") != std::string::npos;
    EXPECT_TRUE(looks_for_garbage || row.count("ListObjectsV2") == 0) << row.name;
  }
}

TEST(CallTable, TheTableInTheDocsIsTrue) {
  auto docs = read_file(TAPEDECK_DOCS "/operating.md");
  for (const auto& row : count_calls()) {
    EXPECT_NE(docs.find(row.text() + "\n"), std::string::npos) << row.text();
  }
}

}  // namespace
}  // namespace tapedeck::simulator
