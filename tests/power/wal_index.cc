#include "power/wal_index.h"

#include <sqlite3.h>

namespace tapedeck::power {

namespace {

std::uint8_t mask_of(int first, int count) {
  return static_cast<std::uint8_t>(((1 << count) - 1) << first);
}

}  // namespace

void* WalIndex::map(std::size_t region, std::size_t bytes, bool extend) {
  std::lock_guard lock(mutex_);
  if (region >= regions_.size() && !extend) return nullptr;
  while (region >= regions_.size()) regions_.push_back(std::make_unique<char[]>(bytes));
  return regions_[region].get();
}

bool WalIndex::lock_shared(Held& held, int first, int count) {
  std::lock_guard lock(mutex_);
  auto mask = mask_of(first, count);
  if ((exclusive_ & mask) != 0) return false;
  for (int at = first; at < first + count; ++at) {
    auto bit = mask_of(at, 1);
    if ((held.shared & bit) == 0) ++sharing_.at(static_cast<std::size_t>(at));
    held.shared |= bit;
  }
  return true;
}

bool WalIndex::lock_exclusive(Held& held, int first, int count) {
  std::lock_guard lock(mutex_);
  auto mask = mask_of(first, count);
  if ((exclusive_ & mask & ~held.exclusive) != 0) return false;
  for (int at = first; at < first + count; ++at) {
    int own = (held.shared & mask_of(at, 1)) != 0 ? 1 : 0;
    if (sharing_.at(static_cast<std::size_t>(at)) > own) return false;
  }
  exclusive_ |= mask;
  held.exclusive |= mask;
  return true;
}

void WalIndex::unlock(Held& held, int first, int count) {
  std::lock_guard lock(mutex_);
  for (int at = first; at < first + count; ++at) {
    auto bit = mask_of(at, 1);
    if ((held.shared & bit) != 0) --sharing_.at(static_cast<std::size_t>(at));
    if ((held.exclusive & bit) != 0) exclusive_ &= static_cast<std::uint8_t>(~bit);
    held.shared &= static_cast<std::uint8_t>(~bit);
    held.exclusive &= static_cast<std::uint8_t>(~bit);
  }
}

bool FileLock::lock(int& held, int wanted) {
  std::lock_guard lock(mutex_);
  if (held >= wanted) return true;
  if (wanted == SQLITE_LOCK_SHARED) {
    if (pending_) return false;
    ++sharing_;
  } else if (wanted == SQLITE_LOCK_RESERVED) {
    if (reserved_) return false;
    reserved_ = true;
  } else {  // exclusive
    if (pending_ && held < SQLITE_LOCK_PENDING) return false;
    if (reserved_ && held < SQLITE_LOCK_RESERVED) return false;
    pending_ = reserved_ = true;
    held = SQLITE_LOCK_PENDING;
    if (sharing_ > 1) return false;
  }
  held = wanted;
  return true;
}

void FileLock::unlock(int& held, int wanted) {
  std::lock_guard lock(mutex_);
  if (held <= wanted) return;
  if (held >= SQLITE_LOCK_PENDING) pending_ = false;
  if (held >= SQLITE_LOCK_RESERVED) reserved_ = false;
  if (wanted == SQLITE_LOCK_NONE) --sharing_;
  held = wanted;
}

bool FileLock::is_reserved() {
  std::lock_guard lock(mutex_);
  return reserved_;
}

}  // namespace tapedeck::power
