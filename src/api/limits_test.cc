#include "api/limits.h"

#include <gtest/gtest.h>

namespace tapedeck::api {
namespace {

constexpr Time start = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23};

TEST(AddressLimit, GivesAMinutesWorthAtOnceAndThenEvenly) {
  AddressLimit limit(6);
  for (int i = 0; i < 6; ++i) EXPECT_FALSE(limit.take("203.0.113.7", start));
  EXPECT_EQ(limit.take("203.0.113.7", start), std::chrono::seconds(10));
  EXPECT_FALSE(limit.take("203.0.113.8", start));
  EXPECT_EQ(limit.take("203.0.113.7", start + std::chrono::seconds(4)), std::chrono::seconds(6));
  EXPECT_FALSE(limit.take("203.0.113.7", start + std::chrono::seconds(10)));
  EXPECT_TRUE(limit.take("203.0.113.7", start + std::chrono::seconds(10)));
}

TEST(AddressLimit, ManySmallStepsOfTimeAddUp) {
  AddressLimit limit(1);
  EXPECT_FALSE(limit.take("203.0.113.7", start));
  int allowed = 0;
  for (int ms = 1; ms <= 120'000; ms += 7) {
    if (!limit.take("203.0.113.7", start + Millis(ms))) ++allowed;
  }
  EXPECT_GE(allowed, 1);
  EXPECT_LE(allowed, 2);
}

TEST(AddressLimit, AClockThatGoesBackLocksNobodyOut) {
  AddressLimit limit(1);
  EXPECT_FALSE(limit.take("203.0.113.7", start));
  EXPECT_TRUE(limit.take("203.0.113.7", start - std::chrono::hours(1)));
  EXPECT_FALSE(limit.take("203.0.113.7", start + std::chrono::minutes(1)));
}

TEST(AddressLimit, NoLimitAndLoopbackAreAlwaysLetIn) {
  AddressLimit none(0);
  AddressLimit one(1);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(none.take("203.0.113.7", start));
    EXPECT_FALSE(one.take("127.0.0.1", start));
    EXPECT_FALSE(one.take("::1", start));
    EXPECT_FALSE(one.take("", start));
  }
}

TEST(AddressLimit, RemembersABoundedNumberOfAddresses) {
  AddressLimit limit(1, 100);
  for (int i = 0; i < 10'000; ++i) limit.take("a" + std::to_string(i), start);
  EXPECT_LE(limit.size(), 100u);
  EXPECT_TRUE(limit.take("a9999", start)) << "the newest is still limited";
}

TEST(ClientKey, IsTheAddressOrTheNetworkOfAnIpv6One) {
  EXPECT_EQ(client_key("2001:db8:1:2::3"), client_key("2001:db8:1:2:ffff::4"));
  EXPECT_NE(client_key("2001:db8:1:2::3"), client_key("2001:db8:1:3::3"));
  EXPECT_EQ(client_key("::ffff:203.0.113.7"), client_key("203.0.113.7"));
  EXPECT_NE(client_key("203.0.113.7"), client_key("203.0.113.8"));
  EXPECT_EQ(client_key("fe80::1%eth0"), client_key("fe80::2%eth0"));
  EXPECT_EQ(client_key("::ffff:127.0.0.1"), "");
}

}  // namespace
}  // namespace tapedeck::api
