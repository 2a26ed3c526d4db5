#include "http/timer_wheel.h"

#include <functional>

#include <gtest/gtest.h>

namespace tapedeck::http {
namespace {

using Clock = TimerWheel::Clock;
using std::chrono::milliseconds;

class Alarm final : public Deadline {
 public:
  Clock::time_point rang{};
  std::function<void()> then;

 private:
  void expire() override {
    rang = Clock::now();
    if (then) then();
  }
};

TEST(TimerWheel, expires_each_deadline_in_its_time_and_never_early) {
  asio::io_context context;
  TimerWheel wheel(context);
  auto start = Clock::now();
  std::array<Alarm, 4> alarms;
  for (std::size_t i = 0; i < alarms.size(); ++i) {
    wheel.arm(alarms[i], start + milliseconds(150) * i);
  }
  context.run();
  for (std::size_t i = 0; i < alarms.size(); ++i) {
    EXPECT_GE(alarms[i].rang, start + milliseconds(150) * i);
    EXPECT_FALSE(alarms[i].armed());
  }
  EXPECT_EQ(wheel.size(), 0U);
}

TEST(TimerWheel, forgets_what_was_disarmed_or_destroyed) {
  asio::io_context context;
  TimerWheel wheel(context);
  Alarm kept;
  Alarm disarmed;
  {
    Alarm gone;
    wheel.arm(gone, Clock::now());
    wheel.arm(disarmed, Clock::now());
    wheel.arm(kept, Clock::now());
  }
  disarmed.disarm();
  context.run();
  EXPECT_NE(kept.rang, Clock::time_point{});
  EXPECT_EQ(disarmed.rang, Clock::time_point{});
}

TEST(TimerWheel, lets_an_expiring_deadline_disarm_and_arm_others) {
  asio::io_context context;
  TimerWheel wheel(context);
  Alarm first;
  Alarm second;
  Alarm third;
  auto now = Clock::now();
  second.then = [&] {
    first.disarm();
    wheel.arm(third, now);
  };
  wheel.arm(first, now);
  wheel.arm(second, now);  // expires first: the newest of a slot leads
  context.run();
  EXPECT_EQ(first.rang, Clock::time_point{});
  EXPECT_NE(third.rang, Clock::time_point{});
}

TEST(TimerWheel, keeps_deadlines_of_a_later_round) {
  asio::io_context context;
  TimerWheel wheel(context);
  Alarm near;
  Alarm far;
  auto now = Clock::now();
  wheel.arm(near, now);
  wheel.arm(far, now + TimerWheel::tick * 1024);  // the same slot
  context.run_for(milliseconds(500));
  EXPECT_NE(near.rang, Clock::time_point{});
  EXPECT_TRUE(far.armed());
}

}  // namespace
}  // namespace tapedeck::http
