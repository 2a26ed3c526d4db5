// A disk at one moment, and the operations that change it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "power/file_image.h"

namespace tapedeck::power {

using FileId = std::uint32_t;
inline constexpr FileId no_file = 0;  // what the name of a folder stands for

struct Place {
  std::string folder;
  std::string name;
};
/// "a/b/c" is c in a/b; "a" is a in the root, which is the empty folder.
Place place_of(const std::string& path);

/// One step of a disk. Every one but the syncs changes what a reader sees at once; what of it a
/// power cut leaves is another question (unsynced.h).
struct DiskOperation {
  enum class Kind {
    create,       // `file`, empty, under `place`
    make_folder,  // under `place`
    remove,       // the name `place`
    write,        // `bytes` at `offset` of `file`
    resize,       // `file` to `offset` bytes
    sync_file,    // `file`
    sync_folder,  // place.folder
    lose,         // a sync of `file` failed: what is unsynced of it never reaches the disk
  };
  Kind kind = Kind::write;
  FileId file = no_file;
  Place place;
  ByteCount offset = 0;
  std::string bytes;

  bool changes_a_name() const {
    return kind == Kind::create || kind == Kind::make_folder || kind == Kind::remove;
  }
  bool changes_a_file() const { return kind == Kind::write || kind == Kind::resize; }
};

/// Folders and files. A file may be there without a name: it was removed, or its name was lost.
struct DiskImage {
  std::map<std::string, std::map<std::string, FileId>> folders{{"", {}}};
  std::map<FileId, FileImage> files;

  bool has_folder(const std::string& path) const { return folders.count(path) > 0; }
  std::optional<FileId> find(const std::string& path) const;
  /// What a reader sees of the operation; nothing for syncs.
  void apply(const DiskOperation& operation);
  /// After names were lost: folders and files that no name leads to are gone.
  void drop_unreachable();
};

}  // namespace tapedeck::power
