// Disk: the few operations on files that the blob store stands on, so that a simulated disk which
// loses power can take their place.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace tapedeck {

/// An open file; closed when it ends. Used by one thread at a time, but for read_at, size and
/// descriptor, which are safe for concurrent use. Every method blocks, and throws
/// Error{storage_full} when the disk or its quota is full, else Error{unavailable}.
class DiskFile {
 public:
  virtual ~DiskFile() = default;

  /// Cheapest in whole pages of a PageBuffer: those need not go through the kernel's cache.
  virtual void append(ByteView bytes) = 0;
  /// Lets the disk start on what was appended, so that a later sync() has less to wait for.
  /// Promises nothing.
  virtual void start_writing() = 0;
  /// On return the bytes survive a power cut (the name does after Disk::sync_folder). After it has
  /// thrown the file must be given up: the kernel may have dropped the pages.
  virtual void sync() = 0;
  /// As many bytes from `offset` on as there are, up to the size of `into`.
  virtual std::size_t read_at(ByteCount offset, std::span<char> into) = 0;
  virtual ByteCount size() = 0;

  // For files that are not only appended to; after one of these, append() is a mistake.
  /// Replaces what is there, and raises size() where it ends behind it. Whole pages at the
  /// beginning of a page, in memory and in the file, do not go through the kernel's cache, where it
  /// can.
  virtual void write_at(ByteCount offset, ByteView bytes) = 0;
  /// As one write_at() of all the pieces, one behind the other; each is whole pages.
  virtual void write_pages_at(ByteCount offset, std::span<const ByteView> pieces) {
    for (auto piece : pieces) {
      write_at(offset, piece);
      offset += piece.size();
    }
  }
  /// Raises size() with zeros that are written, so that a sync after a later write_at() there has
  /// no room to find and no extents to change.
  virtual void extend(ByteCount size) = 0;
  virtual void truncate(ByteCount size) = 0;
  /// The range, in whole pages, is zeros, and its room free for others. False, and nothing is
  /// changed, where the file system cannot.
  virtual bool punch(ByteRange range) = 0;

  /// For sendfile; nothing where there is no file of the kernel behind it.
  virtual std::optional<int> descriptor() const = 0;

  /// That no other open file of this process has had; never 0.
  std::uint64_t number() const { return number_; }

 private:
  static inline std::atomic<std::uint64_t> last_number_{0};
  const std::uint64_t number_ = ++last_number_;
};

/// Safe for concurrent use. Paths are absolute or relative to the working directory. Blocks and
/// throws as DiskFile does.
class Disk {
 public:
  virtual ~Disk() = default;

  /// A new, empty file, readable and writable by its owner only. Throws unavailable when the name
  /// exists.
  virtual std::unique_ptr<DiskFile> create(const std::string& path) = 0;
  /// The file for reading; null when there is none.
  virtual std::unique_ptr<DiskFile> open(const std::string& path) = 0;
  /// The file for reading and changing; null when there is none.
  virtual std::unique_ptr<DiskFile> open_to_change(const std::string& path) = 0;
  /// False when there is none.
  virtual bool remove(const std::string& path) = 0;
  /// On return the names made and removed in the folder survive a power cut.
  virtual void sync_folder(const std::string& path) = 0;
  /// For its owner only; not an error when it exists.
  virtual void make_folder(const std::string& path) = 0;
  /// In no order.
  virtual std::vector<std::string> list_names(const std::string& folder) = 0;
  virtual ByteCount free_bytes(const std::string& folder) = 0;
};

/// The kernel's.
class PosixDisk final : public Disk {
 public:
  std::unique_ptr<DiskFile> create(const std::string& path) override;
  std::unique_ptr<DiskFile> open(const std::string& path) override;
  std::unique_ptr<DiskFile> open_to_change(const std::string& path) override;
  bool remove(const std::string& path) override;
  void sync_folder(const std::string& path) override;
  void make_folder(const std::string& path) override;
  std::vector<std::string> list_names(const std::string& folder) override;
  ByteCount free_bytes(const std::string& folder) override;
};

}  // namespace tapedeck
