// LevelMeter: how loud a WAV is while it comes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace tapedeck {

/// What the head of a WAV says, once it was seen.
struct WavFormat {
  std::uint32_t rate = 0;  // samples a second, of each channel
  std::uint16_t channels = 0;
  ByteCount frame_bytes = 0;  // a sample of every channel
  ByteCount head_bytes = 0;   // before the first sample
  bool is_16_bit = false;     // PCM: only this has a level here

  /// How much sound is in the first `bytes` of the file.
  double seconds_of(ByteCount bytes) const;
};

/// Takes a file's bytes in pieces of any size. The sizes in the head are not believed: what comes
/// out of a pipe has none. Pure.
class LevelMeter {
 public:
  void take(ByteView bytes);

  /// Nothing for what is no WAV, and before its head is whole.
  const std::optional<WavFormat>& format() const { return format_; }

  /// The highest sample, of 32768, since the last call; nothing where there is no level.
  std::optional<std::uint16_t> take_peak();

 private:
  void take_head(ByteView bytes);
  void take_samples(ByteView bytes);

  bool is_other_ = false;  // no WAV, or with a head that is not understood
  std::string head_;
  std::optional<WavFormat> format_;
  std::string half_;  // of a sample, until its other byte comes
  std::uint16_t peak_ = 0;
};

/// Decibels below full scale, at most 0 and at least -99. Pure.
double decibels_of(std::uint16_t peak);

/// The head of a 16-bit PCM WAV of unknown length. Pure.
std::string wav_head(std::uint32_t rate, std::uint16_t channels);

}  // namespace tapedeck
