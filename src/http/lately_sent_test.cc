#include "http/lately_sent.h"

#include <gtest/gtest.h>

namespace tapedeck::http {
namespace {

using std::chrono::milliseconds;

TEST(LatelySent, knows_what_was_asked_about_a_moment_ago_and_nothing_else) {
  LatelySent lately;
  auto now = LatelySent::Clock::now();
  const FileSlice slice{5, {10, 20}, 1};
  EXPECT_FALSE(lately.contains(slice, now));
  lately.add(slice, now);
  EXPECT_TRUE(lately.contains(slice, now + LatelySent::moment - milliseconds(1)));
  EXPECT_FALSE(lately.contains(slice, now + LatelySent::moment));
  for (const FileSlice& other : {FileSlice{5, {10, 21}, 1}, FileSlice{5, {11, 20}, 1},
                                 FileSlice{5, {10, 20}, 2}, FileSlice{5, {10, 20}, 0}}) {
    EXPECT_FALSE(lately.contains(other, now));
  }
}

TEST(LatelySent, never_knows_a_file_without_a_number) {
  LatelySent lately;
  auto now = LatelySent::Clock::now();
  lately.add({5, {10, 20}, 0}, now);
  EXPECT_FALSE(lately.contains({5, {10, 20}, 0}, now));
}

}  // namespace
}  // namespace tapedeck::http
