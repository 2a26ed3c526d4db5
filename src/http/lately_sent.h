// LatelySent: what this thread has sent from the page cache a moment ago, and need not ask about.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>

#include "base/byte_source.h"

namespace tapedeck::http {

/// A guess that is good for a moment: what was just sent has been used just now, and the kernel
/// gives up pages that were not used for long first. When it is wrong all the same (bytes that were
/// replaced past the cache within the moment, or a machine that is out of memory), one sendfile
/// waits for the disk once, and the next time that file is asked about again.
///
/// For one thread. Remembers a fixed number of slices, the newest of those that share a place.
class LatelySent {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds moment{500};

  /// False for slices of files without a number.
  bool contains(const FileSlice& slice, Clock::time_point now) const {
    const auto& entry = entries_[place_of(slice)];
    return slice.file != 0 && entry.file == slice.file && entry.begin == slice.range.begin &&
           entry.end == slice.range.end && now - entry.asked_at < moment;
  }

  /// The page cache was asked about the whole slice, and has it.
  void add(const FileSlice& slice, Clock::time_point now) {
    entries_[place_of(slice)] = {slice.file, slice.range.begin, slice.range.end, now};
  }

 private:
  struct Entry {
    std::uint64_t file = 0;
    ByteCount begin = 0;
    ByteCount end = 0;
    Clock::time_point asked_at{};
  };
  static constexpr std::size_t places = 512;

  static std::size_t place_of(const FileSlice& slice) {
    auto mixed = (slice.file + slice.range.begin) * 0x9E3779B97F4A7C15U;
    return static_cast<std::size_t>(mixed >> 32) % places;
  }

  std::array<Entry, places> entries_{};
};

}  // namespace tapedeck::http
