// RecordPieces: the records of one batch as pieces of memory, in the order of the file.
#pragma once

#include <span>
#include <vector>

#include "store/page_buffer.h"
#include "store/volume_file.h"

namespace tapedeck {

/// Each piece is whole pages. The blobs and the buffer must outlive it.
class RecordPieces {
 public:
  /// Clears the buffer, and makes room in it for those of the blobs that are copied.
  RecordPieces(std::span<const NewBlob> blobs, PageBuffer& buffer);

  /// The head of the file: a page of its own.
  void add_head(ByteView head);
  /// In the order of `blobs`.
  void add(ByteView record_head, const NewBlob& blob);

  std::span<const ByteView> views() const { return views_; }

 private:
  void add_copied(std::size_t begin);

  PageBuffer& buffer_;
  std::vector<ByteView> views_;
  bool goes_on_ = false;  // the last one ends where the buffer does
};

}  // namespace tapedeck
