// A zip with one program in it, as Lambda wants its code (PKWARE's APPNOTE 4.3), and back.
#pragma once

#include <string>
#include <string_view>

namespace tapedeck::lambda {

/// A file in a zip. Without a date, so that the same program makes the same zip.
struct ZipEntry {
  std::string_view name;
  std::string_view bytes;  // under 4 GiB
  unsigned mode = 0755;
};

std::string make_zip(const ZipEntry& entry);

/// The bytes of the entry with that name. Throws Error{invalid} when there is none, or the zip is
/// damaged or of a kind that we do not make.
std::string read_zip(std::string_view zip, std::string_view name);

}  // namespace tapedeck::lambda
