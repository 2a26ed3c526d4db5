#include "main/level_meter.h"

#include <gtest/gtest.h>

namespace tapedeck {

namespace {

std::string samples_of(const std::vector<int>& samples) {
  std::string bytes;
  for (auto sample : samples) {
    bytes += static_cast<char>(sample & 0xFF);
    bytes += static_cast<char>(sample >> 8 & 0xFF);
  }
  return bytes;
}

/// A chunk that a player skips, with an odd size.
std::string with_extra_chunk(std::string wav) {
  return wav.insert(12, std::string("LIST\x03\0\0\0abc\0", 12));
}

}  // namespace

TEST(LevelMeterTest, the_head_says_how_the_sound_is_kept) {
  LevelMeter meter;
  meter.take(wav_head(48'000, 2));
  ASSERT_TRUE(meter.format());
  EXPECT_EQ(meter.format()->rate, 48'000u);
  EXPECT_EQ(meter.format()->channels, 2u);
  EXPECT_EQ(meter.format()->frame_bytes, 4u);
  EXPECT_EQ(meter.format()->head_bytes, 44u);
  EXPECT_DOUBLE_EQ(meter.format()->seconds_of(44 + 96'000), 0.5);
  EXPECT_DOUBLE_EQ(meter.format()->seconds_of(10), 0);
}

TEST(LevelMeterTest, the_peak_is_the_highest_sample_since_it_was_asked_for) {
  struct Case {
    std::vector<int> samples;
    std::uint16_t expected;
  };
  const std::vector<Case> cases{
      {{0, 0, 0}, 0}, {{5, -7, 3}, 7}, {{-32'768, 32'767}, 32'768}, {{1}, 1}, {{}, 0}};
  LevelMeter meter;
  meter.take(wav_head(16'000, 1));
  for (const auto& [samples, expected] : cases) {
    meter.take(samples_of(samples));
    EXPECT_EQ(meter.take_peak(), expected);
  }
}

TEST(LevelMeterTest, pieces_of_any_size_measure_the_same) {
  auto wav = with_extra_chunk(wav_head(16'000, 1)) + samples_of({100, -2'000, 300, 12'345, -9});
  for (std::size_t piece = 1; piece <= wav.size(); ++piece) {
    LevelMeter meter;
    for (std::size_t at = 0; at < wav.size(); at += piece) {
      meter.take(ByteView(wav).substr(at, piece));
    }
    ASSERT_TRUE(meter.format()) << piece;
    EXPECT_EQ(meter.format()->head_bytes, 56u);
    EXPECT_EQ(meter.take_peak(), 12'345) << piece;
  }
}

TEST(LevelMeterTest, what_is_no_16_bit_wav_has_no_level) {
  auto float_wav = wav_head(16'000, 1);
  float_wav[20] = 3;   // IEEE float
  float_wav[34] = 32;  // bits
  for (const auto& bytes :
       {std::string("OggS and so on"), std::string("RIFF\1\0\0\0AVI LIST"), std::string(),
        std::string("RI"), float_wav + samples_of({1, 2, 3, 4})}) {
    LevelMeter meter;
    meter.take(bytes);
    EXPECT_FALSE(meter.take_peak());
  }
}

TEST(LevelMeterTest, a_head_that_never_ends_is_given_up) {
  LevelMeter meter;
  meter.take(std::string("RIFF\0\0\0\0WAVEjunk\xff\xff\xff\xff", 20));
  meter.take(std::string(1'000'000, 'x'));
  EXPECT_FALSE(meter.format());
}

TEST(LevelMeterTest, decibels_are_below_full_scale) {
  EXPECT_DOUBLE_EQ(decibels_of(32'768), 0);
  EXPECT_NEAR(decibels_of(16'384), -6.02, 0.01);
  EXPECT_NEAR(decibels_of(328), -40, 0.1);
  EXPECT_DOUBLE_EQ(decibels_of(0), -99);
}

}  // namespace tapedeck
