#include "api/live_audio.h"

#include <vector>

#include <gtest/gtest.h>

namespace tapedeck::api {

using Kind = LiveRange::Kind;

TEST(LiveAudio, AnswersWhatThereIsOrFollows) {
  struct Case {
    const char* range;
    Kind kind;
    ByteRange bytes;
    std::string content_range;
  };
  for (const auto& wanted : std::vector<Case>{
           {"bytes=0-", Kind::follow, {0, 100}, ""},
           {"bytes=0-9", Kind::part, {0, 10}, "bytes 0-9/*"},
           {"bytes=10-", Kind::part, {10, 100}, "bytes 10-99/*"},
           {"bytes=10-500", Kind::part, {10, 100}, "bytes 10-99/*"},
           {"bytes=-5", Kind::part, {95, 100}, "bytes 95-99/*"},
           {"bytes=100-", Kind::unsatisfiable, {}, ""},
           {"bytes=0-9007199254740991", Kind::follow_from, {0, 100}, "bytes 0-9007199254740991/*"},
           {"bytes=7-9007199254740991", Kind::follow_from, {7, 100}, "bytes 7-9007199254740991/*"},
           {"bytes=100-9007199254740992",
            Kind::follow_from,
            {100, 100},
            "bytes 100-9007199254740992/*"},
           {"bytes=101-9007199254740991", Kind::unsatisfiable, {}, ""},
           {"bytes=0-1,5-6", Kind::follow, {0, 100}, ""},
           {"bytes=9-3", Kind::follow, {0, 100}, ""},
           {"seconds=1-2", Kind::follow, {0, 100}, ""},
       }) {
    auto chosen = choose_live_range(wanted.range, false, 100);
    EXPECT_EQ(chosen.kind, wanted.kind) << wanted.range;
    EXPECT_EQ(chosen.content_range, wanted.content_range) << wanted.range;
    if (chosen.kind == Kind::unsatisfiable) continue;
    EXPECT_EQ(chosen.range.begin, wanted.bytes.begin) << wanted.range;
    EXPECT_EQ(chosen.range.end, wanted.bytes.end) << wanted.range;
  }
}

TEST(LiveAudio, WithoutARangeItFollows) {
  auto chosen = choose_live_range(std::nullopt, false, 100);
  EXPECT_EQ(chosen.kind, Kind::follow);
  EXPECT_EQ(chosen.range.begin, 0u);
}

TEST(LiveAudio, JoinsAtTheEndWhenAskedTo) {
  auto chosen = choose_live_range("bytes=0-9", true, 100);
  EXPECT_EQ(chosen.kind, Kind::follow);
  EXPECT_EQ(chosen.range.begin, 100u);
}

}  // namespace tapedeck::api
