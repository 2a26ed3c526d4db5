#include "http/admission.h"

#include <gtest/gtest.h>

namespace tapedeck::http {
namespace {

TEST(Admission, counts_in_all_and_by_group_and_gives_places_back) {
  ServerLimits limits;
  limits.connections = 4;
  limits.connections_per_address = 2;
  Admission admission(limits);
  auto first = admission.admit("a");
  {
    auto second = admission.admit("a");
    EXPECT_TRUE(second);
    EXPECT_FALSE(admission.admit("a"));
    EXPECT_TRUE(admission.admit("b"));
  }
  auto again = admission.admit("a");
  EXPECT_TRUE(again);
  auto exempt = admission.admit("");
  auto exempt_too = admission.admit("");
  EXPECT_TRUE(exempt_too);
  EXPECT_EQ(admission.connections(), 4U);
  EXPECT_FALSE(admission.admit(""));
  EXPECT_FALSE(admission.admit("b"));
  EXPECT_EQ(admission.connections(), 4U);
}

}  // namespace
}  // namespace tapedeck::http
