// The tar format (IEEE 1003.1 pax and ustar), as pieces to be sent one after another.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/time.h"

namespace tapedeck {

/// A file in an archive.
struct TarEntry {
  std::string path;  // UTF-8, relative, not empty
  ByteCount size = 0;
  Time modified_at;
};

/// What comes before the file's bytes. A pax header goes before the ustar header where that cannot
/// say it: 8 GiB and more, a path with other letters than ASCII or longer than 100 bytes.
std::string make_tar_head(const TarEntry& entry);

/// What comes behind `size` bytes of a file: zeros, up to the block's end.
std::string make_tar_padding(ByteCount size);

/// What comes behind the last file.
std::string make_tar_end();

}  // namespace tapedeck
