// DataFolder: one process owns the folder with what is stored on this machine.
#pragma once

#include <string>

#include "store/posix.h"

namespace tapedeck {

/// Holds the folder's lock as long as it lives.
class DataFolder {
 public:
  enum class Holds { blobs, no_blobs };

  /// Opens the folder, making it (mode 0700) and its folders for blobs where they are absent, all
  /// synced. Throws Error{conflict} when another process uses it, invalid for a network file
  /// system, unavailable and storage_full from the disk.
  explicit DataFolder(std::string path, Holds holds = Holds::blobs);

  const std::string& path() const { return path_; }
  std::string database() const { return path_ + "/tapedeck.db"; }
  std::string blobs() const { return path_ + "/blobs"; }
  std::string admin_socket() const { return path_ + "/admin.sock"; }

 private:
  std::string path_;
  Descriptor lock_;
};

/// Throws Error{invalid} for a folder on NFS, SMB or 9p: their locks and syncs promise too little.
void refuse_network_file_system(const std::string& path);

}  // namespace tapedeck
