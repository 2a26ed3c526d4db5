#include "main/level_meter.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace tapedeck {

namespace {

constexpr std::size_t head_bytes_max = 64 * KiB;
constexpr std::size_t riff_bytes = 12;       // "RIFF", size, "WAVE"
constexpr std::size_t chunk_head_bytes = 8;  // name, size
constexpr std::size_t format_bytes_min = 16;
constexpr std::uint16_t pcm = 1;
constexpr std::uint16_t extensible = 0xFFFE;
constexpr std::uint32_t unknown_length = 0x7FFFFFFF;
constexpr double decibels_min = -99;

std::uint32_t number_at(ByteView bytes, std::size_t at, std::size_t count) {
  std::uint32_t number = 0;
  for (std::size_t i = count; i > 0; --i) {
    number = number << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
  }
  return number;
}

std::uint32_t number_32(ByteView bytes, std::size_t at) {
  return number_at(bytes, at, 4);
}
std::uint16_t number_16(ByteView bytes, std::size_t at) {
  return static_cast<std::uint16_t>(number_at(bytes, at, 2));
}

void add_number(std::string& text, std::uint32_t number, int count) {
  for (; count > 0; --count, number >>= 8) text += static_cast<char>(number & 0xFF);
}

/// The body of a "fmt " chunk.
std::optional<WavFormat> parse_format(ByteView body) {
  if (body.size() < format_bytes_min) return std::nullopt;
  WavFormat format;
  auto tag = number_16(body, 0);
  format.channels = number_16(body, 2);
  format.rate = number_32(body, 4);
  format.frame_bytes = number_16(body, 12);
  format.is_16_bit = (tag == pcm || tag == extensible) && number_16(body, 14) == 16;
  if (format.rate == 0 || format.channels == 0 || format.frame_bytes == 0) return std::nullopt;
  return format;
}

struct Head {
  bool is_whole = false;            // or will never be
  std::optional<WavFormat> format;  // if it is a WAV's
};

Head parse_head(ByteView head) {
  auto begin = head.substr(0, riff_bytes);
  bool is_riff = begin.substr(0, 4) == ByteView("RIFF").substr(0, begin.size());
  if (!is_riff || (begin.size() == riff_bytes && begin.substr(8) != "WAVE")) return {true, {}};
  std::optional<WavFormat> format;
  std::size_t at = riff_bytes;
  while (at + chunk_head_bytes <= head.size()) {
    auto name = head.substr(at, 4);
    auto size = number_32(head, at + 4);
    at += chunk_head_bytes;
    if (name == "data") {
      if (format) format->head_bytes = at;
      return {true, format};
    }
    if (size > head_bytes_max) return {true, {}};
    if (name == "fmt " && at + size <= head.size()) format = parse_format(head.substr(at, size));
    at += size + size % 2;  // chunks begin at even places
  }
  return {head.size() > head_bytes_max, {}};
}

}  // namespace

double WavFormat::seconds_of(ByteCount bytes) const {
  auto sound = bytes - std::min(bytes, head_bytes);
  return static_cast<double>(sound / frame_bytes) / rate;
}

void LevelMeter::take(ByteView bytes) {
  if (is_other_) return;
  if (format_) {
    take_samples(bytes);
  } else {
    take_head(bytes);
  }
}

void LevelMeter::take_head(ByteView bytes) {
  head_ += bytes;
  auto head = parse_head(head_);
  if (!head.is_whole) return;
  format_ = head.format;
  is_other_ = !format_;
  if (format_) take_samples(ByteView(head_).substr(format_->head_bytes));
  head_.clear();
}

void LevelMeter::take_samples(ByteView bytes) {
  if (!format_->is_16_bit) return;
  std::string joined;
  if (!half_.empty()) {
    joined = half_ + std::string(bytes.substr(0, 1));
    bytes.remove_prefix(std::min<std::size_t>(1, bytes.size()));
    half_.clear();
  }
  auto measure = [this](ByteView samples) {
    for (std::size_t at = 0; at + 1 < samples.size(); at += 2) {
      auto sample = static_cast<std::int16_t>(number_16(samples, at));
      peak_ = std::max(peak_, static_cast<std::uint16_t>(std::abs(int{sample})));
    }
    if (samples.size() % 2 == 1) half_ = samples.substr(samples.size() - 1);
  };
  measure(joined);
  measure(bytes);
}

std::optional<std::uint16_t> LevelMeter::take_peak() {
  if (!format_ || !format_->is_16_bit) return std::nullopt;
  return std::exchange(peak_, std::uint16_t{0});
}

double decibels_of(std::uint16_t peak) {
  if (peak == 0) return decibels_min;
  return std::clamp(20 * std::log10(peak / 32'768.0), decibels_min, 0.0);
}

std::string wav_head(std::uint32_t rate, std::uint16_t channels) {
  std::string head = "RIFF";
  std::uint32_t frame_bytes = 2u * channels;
  add_number(head, unknown_length, 4);
  head += "WAVEfmt ";
  add_number(head, format_bytes_min, 4);
  add_number(head, pcm, 2);
  add_number(head, channels, 2);
  add_number(head, rate, 4);
  add_number(head, rate * frame_bytes, 4);
  add_number(head, frame_bytes, 2);
  add_number(head, 16, 2);
  head += "data";
  add_number(head, unknown_length, 4);
  return head;
}

}  // namespace tapedeck
