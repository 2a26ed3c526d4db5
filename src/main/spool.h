// Spool: a recording on this machine's disk, until the server has all of it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "http/descriptor.h"
#include "main/tus_upload.h"

namespace tapedeck {

/// Two files, CLIENT_ID.audio with the bytes as they came and CLIENT_ID.json with what is said
/// about them, locked while a process uses them. They outlive the process unless remove() is
/// called. What is appended survives the process at once, and the machine some seconds later: the
/// server is what makes it durable.
class Spool {
 public:
  /// A new one; makes the folder. Throws Error when it cannot be written.
  Spool(const std::filesystem::path& folder, UploadDescription description);
  /// One that was left, by the path of its audio. Throws Error{conflict} while another process
  /// records into it or sends it, Error{invalid} when it cannot be read.
  explicit Spool(std::string path);

  /// Throws Error{storage_full} when the disk is full, Error{unavailable} when it fails.
  void append(ByteView bytes);
  /// The server has all of it: deletes both files.
  void remove();

  const std::string& path() const { return path_; }
  const UploadDescription& description() const { return description_; }
  int descriptor() const { return descriptor_.number(); }
  ByteCount size() const { return size_; }

  /// Whether the path is that of a spool's audio.
  static bool is_spool(const std::string& path);

 private:
  std::string path_;
  UploadDescription description_;
  http::Descriptor descriptor_;
  ByteCount size_ = 0;
};

struct LeftSpool {
  std::string path;
  ByteCount size = 0;
};

/// Those that no process uses, oldest first. Empty ones are removed.
std::vector<LeftSpool> list_left_spools(const std::filesystem::path& folder);

}  // namespace tapedeck
