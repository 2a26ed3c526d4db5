// The stage itself: time, death, and the same course each time.
#include <gtest/gtest.h>

#include "base/error.h"
#include "simulator/stage.h"

namespace tapedeck::simulator {
namespace {

using namespace std::chrono_literals;

/// Says when its frame ends.
struct Mourner {
  bool& ended;
  ~Mourner() { ended = true; }
};

Task<void> note_after(Timeline& timeline, Owner owner, Millis duration, std::string& noted,
                      char mark) {
  co_await timeline.pass(owner, duration);
  noted += mark;
}

TEST(Timeline, WhatIsDueFirstComesFirstAndTakesNoTime) {
  Timeline timeline;
  std::string noted;
  timeline.start(note_after(timeline, nobody, 3h, noted, 'c'));
  timeline.start(note_after(timeline, nobody, 1h, noted, 'a'));
  timeline.start(note_after(timeline, nobody, 1h, noted, 'b'));
  auto began = timeline.now();
  timeline.run_for(2h);
  EXPECT_EQ(noted, "ab");
  EXPECT_EQ(timeline.now() - began, 2h);
  timeline.run(timeline.pass(nobody, 1h));
  EXPECT_EQ(noted, "abc");
}

Task<void> wait_within(Timeline& timeline, Owner owner, bool& ended) {
  Mourner mourner{ended};
  co_await timeline.pass(owner, 1h);
}

Task<void> wait_for_ever(Timeline& timeline, Owner owner, bool& ended, bool& went_on) {
  co_await wait_within(timeline, owner, ended);
  went_on = true;
}

TEST(Timeline, WhoIsKilledEndsWhereItIsAndOthersGoOn) {
  Timeline timeline;
  std::string noted;
  bool ended = false;
  bool went_on = false;
  timeline.start(wait_for_ever(timeline, 1, ended, went_on));
  timeline.start(note_after(timeline, 2, 2h, noted, 'x'));
  timeline.run_for(1min);
  EXPECT_FALSE(ended);
  timeline.kill(1);
  EXPECT_TRUE(ended);
  timeline.run_for(3h);
  EXPECT_FALSE(went_on);
  EXPECT_EQ(noted, "x");
}

Task<void> ask_once(Stage& stage, std::optional<Fault>& fault) {
  auto act = [](Server& server) -> Task<void> { co_await server.catalog.ping(); };
  try {
    co_await stage.ask(0, act);
  } catch (const Error& error) {
    fault = error.fault();
  }
}

TEST(Stage, AServerThatDiesIsReplacedAndItsClientHearsOfIt) {
  StageOptions options;
  Stage stage(options);
  auto number = stage.server(0).number;
  stage.rules().fault_of = [](const CallInfo& call) {
    return call.server == 2 ? CallFault::crash_after : CallFault::none;
  };
  ASSERT_EQ(number, 2u);
  std::optional<Fault> fault;
  stage.timeline().run(ask_once(stage, fault));
  EXPECT_EQ(fault, Fault::unavailable);
  EXPECT_EQ(stage.crashes(), 1u);
  EXPECT_NE(stage.server(0).number, number);
  fault.reset();
  stage.timeline().run(ask_once(stage, fault));
  EXPECT_FALSE(fault);
}

TEST(Stage, EveryFaultThatPassesIsSurvivedByAnotherTry) {
  for (int kind = 1; kind < call_faults; ++kind) {
    auto fault = static_cast<CallFault>(kind);
    bool crashes = fault == CallFault::crash_before || fault == CallFault::crash_after;
    bool is_final = fault == CallFault::timed_out;  // it takes all the time that there is
    StageOptions options;
    Stage stage(options);
    bool befell = false;
    stage.rules().fault_of = [&](const CallInfo&) {
      return std::exchange(befell, true) ? CallFault::none : fault;
    };
    std::optional<Fault> heard;
    stage.timeline().run(ask_once(stage, heard));
    EXPECT_EQ(heard.has_value(), crashes || is_final) << name_of(fault);
  }
}

}  // namespace
}  // namespace tapedeck::simulator
