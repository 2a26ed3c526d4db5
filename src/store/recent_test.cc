#include "store/recent.h"

#include <string>

#include <gtest/gtest.h>

namespace tapedeck {
namespace {

TEST(RecentTest, KeepsWhatIsUsedAndForgetsTheRest) {
  Recent<int, std::string> recent(2);
  recent.put(1, "one");
  for (int i = 2; i < 100; ++i) {
    recent.put(i, "more");
    ASSERT_TRUE(recent.find(1)) << i;
    ASSERT_LE(recent.size(), 4u);
  }
  EXPECT_EQ(*recent.find(1), "one");
  EXPECT_FALSE(recent.find(50));
}

TEST(RecentTest, WhatIsErasedIsGoneFromBothGenerations) {
  Recent<int, int> recent(1);
  recent.put(1, 10);
  recent.put(2, 20);  // 1 is old now
  recent.erase(1);
  EXPECT_FALSE(recent.find(1));
  recent.put(2, 21);
  EXPECT_EQ(*recent.find(2), 21);
  recent.clear();
  EXPECT_FALSE(recent.find(2));
}

}  // namespace
}  // namespace tapedeck
