// Seeded bugs: what a volume's records, index and erasures may get wrong on their way to the disk.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "power/bug.h"
#include "power/forwarding_disk.h"
#include "power/product.h"
#include "store/volume_format.h"

namespace tapedeck::power {

namespace {

using Kind = DiskOperation::Kind;

constexpr std::string_view record_mark = "TDRECORD";

/// Whole pages: a batch. Marks of erased blobs are smaller, an index ends with a trailer.
bool is_batch(ByteView bytes) {
  return !bytes.empty() && bytes.size() % volume::page_bytes == 0;
}
bool is_mark(ByteView bytes) {
  return bytes.size() == volume::record_head_bytes || bytes.size() == volume::entry_bytes;
}

bool swallows_volumes_sync(const DiskOperation& sync, const std::string& path) {
  return sync.kind == Kind::sync_file && path.ends_with(".volume");
}

bool swallows_volumes_folder(const DiskOperation& sync, const std::string& path) {
  return sync.kind == Kind::sync_folder && path.ends_with("/blobs/volumes");
}

/// The puts are answered, and only then is what they wrote synced: with the next change.
class SyncAfterwards final : public ForwardingFile {
 public:
  using ForwardingFile::ForwardingFile;
  void write_at(ByteCount offset, ByteView bytes) override {
    if (std::exchange(is_owed_, false)) ForwardingFile::sync();
    ForwardingFile::write_at(offset, bytes);
  }
  void sync() override { is_owed_ = true; }

 private:
  bool is_owed_ = false;
};

/// The headers of a batch's records are written when the rest is durable.
class HeadersAfterSync final : public ForwardingFile {
 public:
  using ForwardingFile::ForwardingFile;
  void write_at(ByteCount offset, ByteView bytes) override {
    std::string rest(bytes);
    for (std::size_t at = 0; is_batch(bytes) && at < bytes.size(); at += volume::page_bytes) {
      if (!bytes.substr(at).starts_with(record_mark)) continue;
      heads_.emplace_back(offset + at, bytes.substr(at, volume::record_head_bytes));
      rest.replace(at, volume::record_head_bytes, volume::record_head_bytes, '\0');
    }
    ForwardingFile::write_at(offset, rest);
  }
  void sync() override {
    ForwardingFile::sync();
    for (const auto& [offset, head] : heads_) ForwardingFile::write_at(offset, head);
    heads_.clear();
  }

 private:
  std::vector<std::pair<ByteCount, std::string>> heads_;
};

/// The last page of a batch is written when the rest is durable.
class LastPageAfterSync final : public ForwardingFile {
 public:
  using ForwardingFile::ForwardingFile;
  void write_at(ByteCount offset, ByteView bytes) override {
    if (!is_batch(bytes)) return ForwardingFile::write_at(offset, bytes);
    auto size = bytes.size() - volume::page_bytes;
    ForwardingFile::write_at(offset, bytes.substr(0, size));
    at_ = offset + size;
    page_ = bytes.substr(size);
  }
  void sync() override {
    ForwardingFile::sync();
    if (!page_.empty()) ForwardingFile::write_at(at_, page_);
    page_.clear();
  }

 private:
  ByteCount at_ = 0;
  std::string page_;
};

/// An erasure is written, and its sync forgotten.
class ErasuresNotSynced final : public ForwardingFile {
 public:
  using ForwardingFile::ForwardingFile;
  void write_at(ByteCount offset, ByteView bytes) override {
    is_erasing_ = is_mark(bytes);
    ForwardingFile::write_at(offset, bytes);
  }
  void sync() override {
    if (!std::exchange(is_erasing_, false)) ForwardingFile::sync();
  }

 private:
  bool is_erasing_ = false;
};

/// A sync is enough for the next batch too.
class EverySecondSync final : public ForwardingFile {
 public:
  using ForwardingFile::ForwardingFile;
  void sync() override {
    is_due_ = !is_due_;
    if (is_due_) ForwardingFile::sync();
  }

 private:
  bool is_due_ = false;
};

}  // namespace

std::vector<Bug> list_volume_bugs() {
  return {
      {.name = "a volume is not synced", .swallows = swallows_volumes_sync},
      {.name = "the folder of volumes is not synced", .swallows = swallows_volumes_folder},
      {.name = "puts are acknowledged before their batch is synced",
       .disk_of_blobs = make_disk<DiskOf<SyncAfterwards>>()},
      {.name = "the headers of records are written after the sync",
       .disk_of_blobs = make_disk<DiskOf<HeadersAfterSync>>()},
      {.name = "the last page of a batch is written after the sync",
       .disk_of_blobs = make_disk<DiskOf<LastPageAfterSync>>()},
      {.name = "an erasure in a volume is not synced",
       .disk_of_blobs = make_disk<DiskOf<ErasuresNotSynced>>()},
      {.name = "a sync serves two batches", .disk_of_blobs = make_disk<DiskOf<EverySecondSync>>()},
  };
}

}  // namespace tapedeck::power
