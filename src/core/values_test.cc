// The small functions beside the plain values: identity keys, folded usernames, shown states.
#include <vector>

#include <gtest/gtest.h>

#include "core/account.h"
#include "core/catalog.h"
#include "core/recording.h"

namespace tapedeck {
namespace {

TEST(Identity, KeysOfPairsThatJoinToTheSameTextDiffer) {
  Identity one{"original:kakao", "12"};
  Identity other{"original:kakao1", "2"};
  EXPECT_NE(one.key(), other.key());
  EXPECT_EQ(one.key(), (Identity{"original:kakao", "12"}).key());
}

TEST(Identity, SeparatorsInsideTheNamesDoNotConfuseIt) {
  EXPECT_NE((Identity{"a", "b 1:c"}).key(), (Identity{"a 3:b 1", "c"}).key());
}

TEST(FoldUsername, IgnoresAsciiCaseAndSurroundingSpaceOnly) {
  struct Case {
    std::string_view username, folded;
  };
  const std::vector<Case> cases = {
      {"Ada", "ada"}, {"  ada\t", "ada"},       {"a da", "a da"},           {"", ""},
      {"   ", ""},    {"\u00c4DA", "\u00c4da"}, {"ada_1-2.X", "ada_1-2.x"},
  };
  for (const auto& [username, folded] : cases) EXPECT_EQ(fold_username(username), folded);
}

TEST(ShownState, FollowsFromTheStoredStateAndTheTimes) {
  const Time now{Millis{1'000'000}};
  struct Case {
    RecordingState state;
    Millis silent_for;
    bool trashed;
    ShownState shown;
  };
  const std::vector<Case> cases = {
      {RecordingState::recording, Millis{0}, false, ShownState::recording},
      {RecordingState::recording, Millis{29'999}, false, ShownState::recording},
      {RecordingState::recording, Millis{30'000}, false, ShownState::interrupted},
      {RecordingState::recording, Millis{0}, true, ShownState::trashed},
      {RecordingState::processing, Millis{90'000}, false, ShownState::processing},
      {RecordingState::ready, Millis{90'000}, false, ShownState::ready},
      {RecordingState::failed, Millis{90'000}, false, ShownState::failed},
      {RecordingState::ready, Millis{0}, true, ShownState::trashed},
  };
  for (const auto& c : cases) {
    Recording recording;
    recording.state = c.state;
    recording.last_append_at = now - c.silent_for;
    if (c.trashed) recording.trashed_at = now;
    EXPECT_EQ(name_of(shown_state(recording, now)), std::string(name_of(c.shown)));
  }
}

TEST(ShownState, EveryNameIsReadBackAndNoOther) {
  for (const char* name :
       {"recording", "interrupted", "processing", "ready", "failed", "trashed"}) {
    auto state = parse_state(name);
    ASSERT_TRUE(state) << name;
    EXPECT_STREQ(name_of(*state), name);
  }
  for (const char* name : {"", "Ready", "live", "ready "}) EXPECT_FALSE(parse_state(name)) << name;
}

}  // namespace
}  // namespace tapedeck
