// Volumes: all volume files of a folder, and where in them each blob is.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/env.h"
#include "core/blobs.h"
#include "store/recent.h"
#include "store/volume_file.h"
#include "store/volume_table.h"

namespace tapedeck {

/// What one write to a volume has at most, but for a last blob that exceeds it.
inline constexpr ByteCount volume_batch_bytes_max = 4 * MiB;

/// A blob in a volume, to be read. Its bytes stay there until this is gone, also when the blob is
/// erased meanwhile.
struct VolumeBlob {
  std::shared_ptr<DiskFile> file;
  ByteRange range;             // of the file
  std::uint32_t crc = 0;       // CRC-32C
  std::shared_ptr<void> held;  // must go before the Volumes
};

/// Two kinds of callers: what is for any thread is safe for concurrent use; all that changes
/// something is for one thread, the writer's, at a time. Every method but find_known() and has()
/// blocks, and throws as DiskFile does.
class Volumes {
 public:
  struct Options {
    std::string folder;
    bool read_only = false;  // another process may write: nothing is sealed, or changed at all
    ByteCount volume_bytes_max = 256 * MiB;
    std::size_t known_max = 1'024;        // blobs lately opened, whose place is remembered
    std::size_t open_max = 64;            // volumes kept open for reading; at most twice as many
    std::function<void()> on_released{};  // any thread: settle() has something to do
  };

  /// Reads all volumes in the folder, which must exist, and seals those that were left open. Throws
  /// Error{conflict} for a volume of a newer program.
  Volumes(Options options, Disk& disk, Env& env);
  /// Seals the open one; what cannot be sealed is at the next start.
  ~Volumes();
  Volumes(const Volumes&) = delete;
  Volumes& operator=(const Volumes&) = delete;

  // ---- any thread ----

  /// False: it is not here. True: it is, all but surely.
  bool has(const BlobKey& key);
  /// Without asking the disk; nothing: ask find().
  std::optional<VolumeBlob> find_known(const BlobKey& key);
  std::optional<VolumeBlob> find(const BlobKey& key);
  /// As Blobs::list. `next` is no blob's key, but a place: its account is zero.
  BlobPage list(const std::optional<BlobKey>& after, std::size_t count_max);
  /// Of read-only ones: on return all can be found that another process synced before the call.
  void look_again();

  // ---- the writer ----

  /// Writes a batch, of no more than volume_batch_bytes_max with or without the last blob. On
  /// return nothing is durable, and nothing can be found. After a throw none of what was appended
  /// since the last sync() ever will be.
  void append(std::span<const NewBlob> blobs);
  /// On return all that was appended is durable, and can be found. Throws as append().
  void sync();

  /// On return none of them comes back. Gives whether each was here.
  std::vector<bool> erase(std::span<const BlobKey> keys);
  /// Gives back the room of what was erased and is not read any more. Owed after each erase() and
  /// append(); may be late.
  void settle();

  struct Count {
    std::size_t volumes = 0;
    std::size_t blobs = 0;
  };
  Count count();

 private:
  struct Volume;
  using VolumeNumber = std::uint32_t;
  struct Listed {
    std::shared_ptr<VolumeFile> file;
    std::vector<volume::Entry> entries;  // unless sealed
    bool is_sealed = false;
  };
  struct Known {
    VolumePlace place;
    VolumeBlob blob;  // without `held`
  };
  struct Erasing {
    BlobKey key;
    VolumePlace place;
    std::uint32_t length = 0;
  };
  struct HashOf {
    std::size_t operator()(const BlobKey& key) const {
      return std::hash<std::string_view>{}(key.piece.view());
    }
  };

  void load(const Ulid& id);
  void look_at(const Ulid& id);
  std::vector<Ulid> list_ids();
  VolumeNumber add(std::shared_ptr<VolumeFile> file, const std::vector<volume::Entry>& entries);
  void make_room(std::span<const NewBlob> blobs);
  void leave_open();
  void give_up();
  void seal(VolumeNumber number);
  std::optional<Listed> find_volume(const Ulid& from);
  void remove_empty(VolumeNumber number);

  std::shared_ptr<void> hold(VolumePlace place);
  void release(VolumePlace place);
  std::shared_ptr<DiskFile> open_to_read(VolumeNumber number);
  std::optional<volume::RecordHead> read_head(DiskFile& file, const BlobKey& key,
                                              VolumePlace place);
  std::optional<VolumeBlob> look(const BlobKey& key, VolumePlace place);
  std::optional<Erasing> mark_erased(const BlobKey& key);
  void finish(const std::vector<Erasing>& erasings);
  void punch(VolumePlace place, std::uint32_t length);

  const Options options_;
  Disk& disk_;
  Env& env_;

  // The writer's, which also reads volumes_ without the lock: nobody else changes it.
  std::optional<VolumeNumber> open_;
  std::vector<volume::Entry> appended_;  // since the last sync
  std::set<VolumeNumber> emptied_;
  PageBuffer buffer_;

  std::mutex looking_;                   // Held through look_again().
  std::atomic<std::uint64_t> looks_{0};  // that have begun

  std::mutex mutex_;  // Guards what follows. A VolumeFile is changed only by the writer, and its
                      // state only under this.
  std::vector<std::unique_ptr<Volume>> volumes_;  // by number; null: removed
  std::map<Ulid, VolumeNumber> numbers_;
  VolumeTable table_;
  Recent<VolumeNumber, std::shared_ptr<DiskFile>> readers_;
  Recent<BlobKey, Known, HashOf> known_;
  std::uint64_t erasures_ = 0;  // so that what was found before an erase is not remembered after it
  struct Reading {
    std::size_t readers = 0;
    std::uint32_t erased_length = 0;  // 0: not erased
  };
  std::map<VolumePlace, Reading> readings_;
  std::map<VolumePlace, std::uint32_t> released_;  // erased, and read no more: lengths
};

}  // namespace tapedeck
