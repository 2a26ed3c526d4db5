// What SQLite's connections to one database share in memory: the index of the WAL, and locks.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace tapedeck::power {

/// Of one database, for the connections of one process. It ends with the power. Safe for concurrent
/// use.
class WalIndex {
 public:
  static constexpr int locks = 8;  // SQLITE_SHM_NLOCK

  /// What one connection holds.
  struct Held {
    std::uint8_t shared = 0;  // bits
    std::uint8_t exclusive = 0;
  };

  /// The region, zeros at first; null when there is none and `extend` is false.
  void* map(std::size_t region, std::size_t bytes, bool extend);
  /// False: somebody else is in the way. One to `count` locks from `first` on.
  bool lock_shared(Held& held, int first, int count);
  bool lock_exclusive(Held& held, int first, int count);
  void unlock(Held& held, int first, int count);

 private:
  std::mutex mutex_;  // Guards what follows.
  std::vector<std::unique_ptr<char[]>> regions_;
  std::array<int, locks> sharing_{};
  std::uint8_t exclusive_ = 0;  // bits
};

/// The locks of a database file: SQLite's five levels.
class FileLock {
 public:
  /// `held` is the connection's level, and becomes `wanted`. False: busy.
  bool lock(int& held, int wanted);
  void unlock(int& held, int wanted);
  bool is_reserved();

 private:
  std::mutex mutex_;  // Guards what follows.
  int sharing_ = 0;
  bool reserved_ = false;
  bool pending_ = false;  // or exclusive
};

}  // namespace tapedeck::power
