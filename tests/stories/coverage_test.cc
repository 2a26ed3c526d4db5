// Whether the conformance stories of a protocol have a case for every item of its list.
#include <iostream>
#include <map>

#include <gtest/gtest.h>

#include "stories/story.h"

namespace tapedeck::stories {
namespace {

struct Protocol {
  const char* folder;
  int items;
  std::size_t cases_min;
};

void PrintTo(const Protocol& protocol, std::ostream* out) {
  *out << protocol.folder;
}

class CoverageTest : public testing::TestWithParam<Protocol> {};

TEST_P(CoverageTest, EveryItemHasACase) {
  const auto& protocol = GetParam();
  std::size_t cases = 0;
  std::map<int, int> covered;
  for (auto& path : story_paths(std::string(TAPEDECK_STORIES "/") + protocol.folder)) {
    for (auto& one : read_story(path).cases) {
      ++cases;
      for (auto item : one.items) {
        EXPECT_TRUE(item >= 1 && item <= protocol.items) << path << ":" << one.line;
        ++covered[item];
      }
    }
  }
  std::cout << protocol.folder << ": " << cases << " cases, items covered:";
  for (auto [item, count] : covered) std::cout << " " << item << "×" << count;
  std::cout << "\n";
  for (int item = 1; item <= protocol.items; ++item) {
    EXPECT_TRUE(covered.contains(item)) << "no case is about item " << item;
  }
  EXPECT_GE(cases, protocol.cases_min);
}

INSTANTIATE_TEST_SUITE_P(Protocols, CoverageTest,
                         testing::Values(Protocol{"tus", 44, 120}, Protocol{"draft", 20, 40}),
                         [](const auto& p) { return std::string(p.param.folder); });

}  // namespace
}  // namespace tapedeck::stories
