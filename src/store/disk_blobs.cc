#include "store/disk_blobs.h"

#include <algorithm>
#include <exception>

#include "base/error.h"
#include "store/blob_files.h"
#include "store/disk_source.h"
#include "store/gathered.h"

namespace tapedeck {

struct DiskBlobs::Writing {
  std::string folder;
  std::string path;
  std::unique_ptr<DiskFile> file;
  ByteCount written = 0;
  ByteCount started = 0;
};

DiskBlobs::DiskBlobs(Options options, Disk& disk, Pool& pool)
    : options_(std::move(options)), disk_(disk), pool_(pool), open_(options_.open_max) {}

/// On the pool. After an error the file is gone, as far as that can be done: the rest is garbage.
void DiskBlobs::write(Writing& writing, Gathered& gathered, Checksums& sums) {
  try {
    if (gathered.error()) std::rethrow_exception(gathered.error());
    if (!writing.file) writing.file = disk_.create(writing.path);
    auto bytes = gathered.writable();
    sums.update(bytes);
    writing.file->append(bytes);
    writing.written += bytes.size();
    gathered.drop(bytes.size());
    if (gathered.is_end()) {
      writing.file->sync();
      disk_.sync_folder(writing.folder);  // only now is the name as durable as the bytes
    } else if (writing.written - writing.started >= options_.start_writing_every) {
      writing.file->start_writing();
      writing.started = writing.written;
    }
  } catch (...) {
    auto error = std::current_exception();
    if (writing.file) {
      writing.file.reset();
      try {
        disk_.remove(writing.path);
      } catch (const Error&) {
        // The first error says more.
      }
    }
    std::rethrow_exception(error);
  }
}

Task<ByteCount> DiskBlobs::put(const BlobKey& key, ByteSource& source, Checksums& sums) {
  Writing writing;
  writing.folder = options_.root + "/" + blob_folder_name(key);
  writing.path = options_.root + "/" + blob_path(key);
  Gathered gathered(gathered_);
  auto job = [&] { write(writing, gathered, sums); };
  do {
    co_await gathered.gather(source, options_.gather_max, options_.gather_all_max);
    bool is_nothing = gathered.is_empty() && !writing.file;
    if (gathered.error() && is_nothing) std::rethrow_exception(gathered.error());
    if (is_nothing) co_return 0;
    co_await on(pool_, job);
  } while (!gathered.is_end());
  co_return writing.written;
}

Task<std::unique_ptr<ByteSource>> DiskBlobs::open(const BlobKey& key, ByteRange range) {
  std::uint64_t erasures = 0;
  auto file = find_open(key, erasures);
  if (!file) {
    auto job = [&] { return disk_.open(options_.root + "/" + blob_path(key)); };
    file = co_await on(pool_, job);
    if (!file) throw Error(Fault::not_found, "There is no blob " + key.text() + ".");
    keep_open(key, file, erasures);
  }
  if (range.begin > range.end || range.end > file->size()) {
    throw Error(Fault::invalid, "The range does not lie inside the blob " + key.text() + ".");
  }
  co_return std::make_unique<DiskSource>(pool_, std::move(file), range);
}

std::shared_ptr<DiskFile> DiskBlobs::find_open(const BlobKey& key, std::uint64_t& erasures) {
  std::lock_guard lock(open_mutex_);
  erasures = erasures_;
  const auto* known = open_.find(key);
  return known != nullptr ? *known : nullptr;
}

void DiskBlobs::keep_open(const BlobKey& key, std::shared_ptr<DiskFile> file,
                          std::uint64_t erasures) {
  std::lock_guard lock(open_mutex_);
  if (erasures == erasures_) open_.put(key, std::move(file));
}

void DiskBlobs::forget_open(const BlobKey& key) {
  std::lock_guard lock(open_mutex_);
  ++erasures_;
  open_.erase(key);
}

Task<void> DiskBlobs::erase(const BlobKey& key) {
  auto job = [&] {
    disk_.remove(options_.root + "/" + blob_path(key));
    forget_open(key);
    // Also when it was gone: an erase before us may not have synced yet.
    disk_.sync_folder(options_.root + "/" + blob_folder_name(key));
  };
  co_await on(pool_, job);
}

BlobPage DiskBlobs::list_page(const std::optional<BlobKey>& after, std::size_t count_max) {
  BlobPage page;
  auto folder = after ? blob_folder_index(*after) : 0;
  for (auto at = folder; at < blob_folders; ++at) {
    std::vector<BlobKey> keys;
    for (const auto& name : disk_.list_names(options_.root + "/" + blob_folder_name(at))) {
      auto key = parse_blob_file_name(name);
      bool is_seen = after && at == folder && key && *key <= *after;
      if (key && !is_seen) keys.push_back(*key);
    }
    std::sort(keys.begin(), keys.end());
    for (const auto& key : keys) {
      if (page.keys.size() == count_max) {
        if (count_max > 0) page.next = page.keys.back();
        return page;
      }
      page.keys.push_back(key);
    }
  }
  return page;
}

Task<BlobPage> DiskBlobs::list(std::optional<BlobKey> after, std::size_t count_max) {
  auto job = [&] { return list_page(after, count_max); };
  co_return co_await on(pool_, job);
}

Task<std::optional<ByteCount>> DiskBlobs::free_bytes() {
  auto job = [&] { return std::optional(disk_.free_bytes(options_.root)); };
  co_return co_await on(pool_, job);
}

}  // namespace tapedeck
