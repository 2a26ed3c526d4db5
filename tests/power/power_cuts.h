// What a disk may hold after the power went, at any step of a log.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "power/disk_image.h"

namespace tapedeck::power {

/// How the fate of what no sync has fixed is drawn.
enum class Way {
  all_kept,         // as after kill -9
  all_lost,         // only what was synced
  ordered,          // all to some point, as behind an ordered journal; the next one is torn
  some_operations,  // each by itself
  some_sectors,     // each sector of 512 bytes by itself; files may have grown by zeros
  some_files,       // all of a file, or nothing; names each by themselves
  one_lost,         // all but one
  one_kept,         // none but one
};
inline constexpr std::size_t ways = 8;
const char* name_of(Way way);

/// Which of the operations that no sync has fixed were on the disk.
struct Cut {
  struct Kept {
    std::size_t operation = 0;     // in the log
    std::vector<bool> sectors;     // of a write; empty: all
    bool only_grows_file = false;  // the size is there, the bytes are not
  };
  Way way = Way::all_kept;
  std::vector<Kept> kept;      // in order
  std::uint64_t identity = 0;  // two cuts of one log that have the same leave the same disk
};

/// Walks a log from its beginning. A file's bytes are safe after a sync of the file, its name after
/// a sync of its folder, and neither of them by the other.
class PowerCuts {
 public:
  static constexpr std::size_t sector_bytes = 512;

  /// `before` is what the disk held, safely, before the log began. The log must outlive this.
  PowerCuts(DiskImage before, const std::vector<DiskOperation>& log)
      : log_(log), safe_(std::move(before)) {}

  /// To the moment when `step` operations were done; never back.
  void advance(std::size_t step);
  std::size_t step() const { return step_; }

  Cut draw(Way way, std::mt19937_64& dice) const;
  DiskImage disk_after(const Cut& cut) const;

 private:
  void settle(const DiskOperation& sync);
  void keep_whole(Cut& cut, std::size_t operation) const;
  void keep_some_sectors(Cut& cut, std::size_t operation, std::mt19937_64& dice) const;
  Cut draw_ordered(std::mt19937_64& dice) const;
  template <class Keeps>
  void keep_if(Cut& cut, Keeps keeps) const;

  const std::vector<DiskOperation>& log_;
  std::size_t step_ = 0;
  DiskImage safe_;
  std::uint64_t safe_identity_ = 0;
  std::vector<std::size_t> unsafe_;  // operations that no sync has fixed, in order
  std::size_t journaled_ = 0;        // the first operation since the last sync
};

}  // namespace tapedeck::power
