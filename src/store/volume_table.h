// VolumeTable: where the records of volumes are, in 16 bytes a slot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/id.h"

namespace tapedeck {

/// A record: the number of its volume in this process, and its page.
struct VolumePlace {
  std::uint32_t volume = 0;
  std::uint32_t page = 0;  // never 0 for a record
  auto operator<=>(const VolumePlace&) const = default;
};

/// An open-addressing hash of half of each piece: what it finds may, once in an age, be another
/// blob's, and whoever asks compares the key on the disk. At most 3 of 4 slots are taken. Not safe
/// for concurrent use.
class VolumeTable {
 public:
  void add(const Ulid& piece, VolumePlace place);
  /// Nothing happens when it is not there.
  void remove(const Ulid& piece, VolumePlace place);
  /// Nearly always one at most.
  std::vector<VolumePlace> find(const Ulid& piece) const;
  /// Room for so many more, so that adding them does not move what is there again and again.
  void reserve(std::size_t more);
  std::size_t size() const { return size_; }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    VolumePlace place;  // page 0: free
  };

  std::size_t home_of(std::uint64_t hash) const { return hash & (slots_.size() - 1); }
  std::size_t after(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }
  void insert(const Slot& slot);
  void grow(std::size_t slots);

  std::vector<Slot> slots_;  // a power of two
  std::size_t size_ = 0;
};

}  // namespace tapedeck
