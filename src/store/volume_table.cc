#include "store/volume_table.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace tapedeck {

namespace {

constexpr std::size_t slots_min = 64;

/// The random half of the piece, spread over all bits.
std::uint64_t hash_of(const Ulid& piece) {
  std::uint64_t half = 0;
  std::memcpy(&half, piece.bytes.data() + 8, sizeof half);
  half *= 0x9E3779B97F4A7C15;
  return half ^ (half >> 32);
}

std::size_t slots_for(std::size_t count) {
  return std::bit_ceil(std::max(count + count / 3 + 1, slots_min));
}

}  // namespace

void VolumeTable::insert(const Slot& slot) {
  auto at = home_of(slot.hash);
  while (slots_[at].place.page != 0) at = after(at);
  slots_[at] = slot;
}

void VolumeTable::grow(std::size_t slots) {
  auto old = std::exchange(slots_, std::vector<Slot>(slots));
  for (const auto& slot : old) {
    if (slot.place.page != 0) insert(slot);
  }
}

void VolumeTable::reserve(std::size_t more) {
  auto slots = slots_for(size_ + more);
  if (slots > slots_.size()) grow(slots);
}

void VolumeTable::add(const Ulid& piece, VolumePlace place) {
  reserve(1);
  insert({hash_of(piece), place});
  ++size_;
}

std::vector<VolumePlace> VolumeTable::find(const Ulid& piece) const {
  std::vector<VolumePlace> found;
  if (slots_.empty()) return found;
  auto hash = hash_of(piece);
  for (auto at = home_of(hash); slots_[at].place.page != 0; at = after(at)) {
    if (slots_[at].hash == hash) found.push_back(slots_[at].place);
  }
  return found;
}

/// Moves back what stands behind and could stand here, so that no search ends too early.
void VolumeTable::remove(const Ulid& piece, VolumePlace place) {
  if (slots_.empty()) return;
  auto hash = hash_of(piece);
  auto hole = home_of(hash);
  while (slots_[hole].place.page != 0 && slots_[hole].place != place) hole = after(hole);
  if (slots_[hole].place.page == 0) return;
  --size_;
  for (auto at = after(hole); slots_[at].place.page != 0; at = after(at)) {
    auto mask = slots_.size() - 1;
    auto way_home = (at - home_of(slots_[at].hash)) & mask;
    auto way_to_hole = (at - hole) & mask;
    if (way_home < way_to_hole) continue;
    slots_[hole] = slots_[at];
    hole = at;
  }
  slots_[hole] = {};
}

}  // namespace tapedeck
