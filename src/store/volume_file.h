// VolumeFile: one file of many small blobs; docs/data.md, "A volume file, byte by byte".
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/disk.h"
#include "store/page_buffer.h"
#include "store/volume_format.h"

namespace tapedeck {

/// A blob on its way into a volume. The memory is the caller's.
struct NewBlob {
  BlobKey key;
  ByteCount begin = 0;  // where in its recording
  ByteView bytes;       // at least one
  /// The whole pages of memory that the bytes lie in, behind room for their header, so that they
  /// are written from there; or empty: they are copied.
  std::span<char> pages;
};

/// Open (being appended to), left (nobody appends any more, found by headers) or sealed. All but
/// the const methods is for one thread at a time; what changes the state or the entries of one that
/// is not sealed, which is said, must not run beside those either. Throws as DiskFile does.
class VolumeFile {
 public:
  enum class State { open, left, sealed };

  /// Makes the file, open, and its name durable.
  static std::unique_ptr<VolumeFile> create(Disk& disk, const std::string& folder, const Ulid& id);
  /// Reads what is there, sealed or left, and gives its entries(). Null when the file is gone.
  /// Throws Error{conflict} for one that a newer program wrote.
  static std::unique_ptr<VolumeFile> load(Disk& disk, const std::string& folder, const Ulid& id,
                                          std::vector<volume::Entry>& entries);

  const Ulid& id() const { return id_; }
  const std::string& path() const { return path_; }
  State state() const { return state_; }
  /// Behind its last record.
  std::uint32_t end() const { return end_; }
  /// All that were not erased before it was sealed, in the order of their pages. Of a sealed one
  /// they are read from the disk.
  std::vector<volume::Entry> entries() const;

  /// Writes the records behind the last, of those with pages in them; `buffer` is room to put the
  /// others together in. They are not durable before sync(), and not among the entries before
  /// commit().
  std::vector<volume::Entry> append(std::span<const NewBlob> blobs, PageBuffer& buffer);
  void sync();
  /// Changes the entries: these are durable.
  void commit(const std::vector<volume::Entry>& durable);
  /// Changes the state: nothing is appended any more.
  void leave() { state_ = State::left; }

  /// What the index of a sealed volume says of a record. Its bytes may never have reached the disk:
  /// a sync of theirs had failed, and the next start found them in memory and sealed the volume.
  std::optional<volume::RecordHead> find_in_index(const BlobKey& key, std::uint32_t page) const;

  /// Marks the record as erased, durable with the next sync(). Its header is as it was read.
  void mark_erased(volume::RecordHead head, std::uint32_t page);
  /// Changes the entries: the erasure is durable.
  void commit_erased(std::uint32_t page);
  /// Gives back the room of a record whose erasure is durable.
  void punch(std::uint32_t page, std::uint32_t length);

  /// Writes the index of one that was left, durable on return.
  void write_index();
  /// Changes the state and the entries: the index is durable.
  void commit_index();
  /// Closes what was opened to write; done again when it is needed.
  void rest() { changing_.reset(); }

 private:
  VolumeFile(Disk& disk, const std::string& folder, const Ulid& id);

  bool load_index(DiskFile& file, std::vector<volume::Entry>& entries);
  void load_records(DiskFile& file);
  DiskFile& changing();
  std::vector<volume::Entry> read_index(DiskFile& file) const;
  void mark_in_index(const BlobKey& key, std::uint32_t page);

  Disk& disk_;
  const Ulid id_;
  const std::string path_;
  State state_ = State::left;
  std::uint32_t end_ = 1;
  std::vector<volume::Entry> entries_;  // unless sealed
  volume::Trailer trailer_;             // if sealed, or about to be
  std::unique_ptr<DiskFile> changing_;  // null: not opened
};

/// "FOLDER/ID.volume"
std::string volume_path(const std::string& folder, const Ulid& id);
/// Of "ID.volume", exactly as we write it; nothing for other names.
std::optional<Ulid> parse_volume_name(std::string_view name);

}  // namespace tapedeck
