#include "core/original_id.h"

#include <gtest/gtest.h>

namespace tapedeck {

TEST(OriginalId, HasAUserATimeAndAnExtension) {
  struct Case {
    const char* text;
    const char* user_id;
    const char* time;
    const char* extension;
  };
  for (const auto& [text, user_id, time, extension] : {
           Case{"kakao_7_2018-05-01_10-11-12.m4a", "kakao_7", "2018-05-01T10:11:12.000Z", ".m4a"},
           Case{"kakao_7_2018-05-01_10-11-12", "kakao_7", "2018-05-01T10:11:12.000Z", ""},
           Case{"a/b_c_2018-12-31_23-59-59.x y", "a/b_c", "2018-12-31T23:59:59.000Z", ".x y"},
           // A user whose id is like an id itself.
           Case{"k_2017-01-01_00-00-00_2018-05-01_10-11-12.wav", "k_2017-01-01_00-00-00",
                "2018-05-01T10:11:12.000Z", ".wav"},
       }) {
    auto id = parse_original_id(text);
    ASSERT_TRUE(id) << text;
    EXPECT_EQ(id->user_id, user_id);
    EXPECT_EQ(format_rfc3339(id->time), time);
    EXPECT_EQ(id->extension, extension);
  }
}

TEST(OriginalId, IsNoneWithoutATime) {
  for (const char* text : {"", "kakao_7", "kakao_7_2018-05-01.m4a", "kakao_7_2018-13-01_10-11-12",
                           "kakao_7_2018-05-01_10-11-1x.m4a", "_2018-05-01_10-11-12",
                           "kakao_7_2018-05-01_10-11-12m4a"}) {
    EXPECT_FALSE(parse_original_id(text)) << text;
  }
}

TEST(OriginalId, MakesTheSameIdEachTime) {
  auto id = recording_id_of_original("kakao_7_2018-05-01_10-11-12.m4a");
  EXPECT_EQ(id, recording_id_of_original("kakao_7_2018-05-01_10-11-12.m4a"));
  EXPECT_NE(id, recording_id_of_original("kakao_8_2018-05-01_10-11-12.m4a"));
  EXPECT_EQ(format_rfc3339(id.value.made_at()), "2018-05-01T10:11:12.000Z");
  EXPECT_EQ(id.text(), "01CCDJYGG0VSXAX49HD8G2HJ7K");

  Recording recording;
  recording.id = id;
  EXPECT_FALSE(original_id_of(recording));
  recording.description.client_id = "kakao_8_2018-05-01_10-11-12.m4a";
  EXPECT_FALSE(original_id_of(recording));
  recording.description.client_id = "kakao_7_2018-05-01_10-11-12.m4a";
  EXPECT_EQ(original_id_of(recording), recording.description.client_id);
}

}  // namespace tapedeck
