// VolumeWalk: the records of a volume by their headers alone.
#pragma once

#include <cstdint>
#include <optional>

#include "store/disk.h"
#include "store/volume_format.h"

namespace tapedeck {

/// Goes from header to header; where a page is none, or of another volume, to the next page. The
/// file must outlive it.
class VolumeWalk {
 public:
  struct Record {
    volume::RecordHead head;
    std::uint32_t page = 0;
  };

  VolumeWalk(DiskFile& file, const Ulid& volume);

  /// Also of what was erased; nothing at the end. Throws as DiskFile does.
  std::optional<Record> next();
  /// The page behind the last record that was given.
  std::uint32_t end() const { return end_; }

 private:
  DiskFile& file_;
  const Ulid volume_;
  const ByteCount size_;
  std::uint32_t page_ = 1;
  std::uint32_t end_ = 1;
};

}  // namespace tapedeck
