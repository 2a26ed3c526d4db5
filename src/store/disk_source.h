// DiskSource: a range of an open file.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/byte_source.h"
#include "base/pool.h"
#include "store/disk.h"

namespace tapedeck {

/// Stays readable when the file's name is gone. The pool must outlive it.
class DiskSource final : public ByteSource {
 public:
  /// `held` is kept as long as the source.
  DiskSource(Pool& pool, std::shared_ptr<DiskFile> file, ByteRange range,
             std::shared_ptr<void> held = {})
      : pool_(pool), file_(std::move(file)), range_(range), held_(std::move(held)) {}

  Task<ByteView> read() override;
  Task<std::optional<FileSlice>> take_file() override;
  std::optional<FileSlice> take_file_now() override;

 private:
  Pool& pool_;
  std::shared_ptr<DiskFile> file_;
  ByteRange range_;  // what was not read yet
  std::shared_ptr<void> held_;
  std::string buffer_;
};

}  // namespace tapedeck
