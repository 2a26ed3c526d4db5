#include "main/patience.h"

#include <gtest/gtest.h>

namespace tapedeck {

namespace {

using std::chrono::seconds;

constexpr double all_luck = 1;
const Patience::Clock::time_point begin{};

Patience make_patience() {
  return Patience({.limit = seconds(60), .wait_max = seconds(8)});
}

}  // namespace

TEST(PatienceTest, waits_double_up_to_the_longest) {
  auto patience = make_patience();
  for (auto expected : {250, 500, 1'000, 2'000, 4'000, 8'000, 8'000, 8'000}) {
    EXPECT_EQ(patience.next_wait(begin, std::nullopt, all_luck), Millis(expected));
  }
}

TEST(PatienceTest, luck_takes_up_to_half_of_a_wait_away) {
  auto patience = make_patience();
  EXPECT_EQ(patience.next_wait(begin, std::nullopt, 0), Millis(125));
  EXPECT_EQ(patience.next_wait(begin, std::nullopt, 0.5), Millis(375));
}

TEST(PatienceTest, a_server_that_asks_for_more_time_has_it) {
  auto patience = make_patience();
  EXPECT_EQ(patience.next_wait(begin, seconds(20), all_luck), seconds(20));
  EXPECT_EQ(patience.next_wait(begin, seconds(0), all_luck), Millis(500));
}

TEST(PatienceTest, ends_when_failures_have_gone_on_for_the_limit) {
  auto patience = make_patience();
  EXPECT_FALSE(patience.is_spent(begin + seconds(100)));
  patience.next_wait(begin, std::nullopt, all_luck);
  EXPECT_FALSE(patience.is_spent(begin + seconds(59)));
  EXPECT_TRUE(patience.is_spent(begin + seconds(60)));
}

TEST(PatienceTest, a_success_begins_anew) {
  auto patience = make_patience();
  patience.next_wait(begin, std::nullopt, all_luck);
  patience.next_wait(begin, std::nullopt, all_luck);
  patience.reset();
  EXPECT_FALSE(patience.is_spent(begin + seconds(100)));
  EXPECT_EQ(patience.next_wait(begin + seconds(100), std::nullopt, all_luck), Millis(250));
  EXPECT_FALSE(patience.is_spent(begin + seconds(159)));
}

TEST(PatienceTest, only_what_may_go_well_later_is_tried_again) {
  for (auto fault : {Fault::unavailable, Fault::limited, Fault::locked, Fault::timed_out,
                     Fault::storage_full, Fault::read_only}) {
    EXPECT_TRUE(may_pass(Error(fault, "")));
  }
  for (auto fault : {Fault::invalid, Fault::unauthenticated, Fault::forbidden, Fault::over_quota,
                     Fault::key_reused, Fault::digest_mismatch}) {
    EXPECT_FALSE(may_pass(Error(fault, "")));
  }
}

}  // namespace tapedeck
