#include "store/disk_blobs.h"

#include <algorithm>
#include <exception>

#include "base/error.h"
#include "store/blob_files.h"
#include "store/page_buffer.h"

namespace tapedeck {

namespace {

constexpr std::size_t read_bytes = 256 * KiB;

/// A range of an open file: it stays readable when the name is gone.
class DiskSource final : public ByteSource {
 public:
  DiskSource(Pool& pool, std::shared_ptr<DiskFile> file, ByteRange range)
      : pool_(pool), file_(std::move(file)), range_(range) {}

  Task<ByteView> read() override {
    auto bytes = std::min<ByteCount>(range_.size(), read_bytes);
    if (bytes == 0) co_return ByteView();
    buffer_.resize(bytes);
    auto job = [this] { return file_->read_at(range_.begin, std::span(buffer_)); };
    auto got = co_await on(pool_, job);
    if (got != bytes) throw Error(Fault::unavailable, "a blob is shorter than it was");
    range_.begin += bytes;
    co_return ByteView(buffer_);
  }

  Task<std::optional<FileSlice>> take_file() override {
    auto descriptor = file_->descriptor();
    if (!descriptor || range_.size() == 0) co_return std::nullopt;
    FileSlice slice{*descriptor, range_};
    range_.begin = range_.end;
    co_return slice;
  }

 private:
  Pool& pool_;
  std::shared_ptr<DiskFile> file_;
  ByteRange range_;  // what was not read yet
  std::string buffer_;
};

}  // namespace

/// Bytes of one put that wait for one write, counted among those of all puts.
struct DiskBlobs::Gathered {
  explicit Gathered(std::atomic<ByteCount>& a) : all(a) {}
  ~Gathered() { all -= bytes.size(); }
  Gathered(const Gathered&) = delete;
  Gathered& operator=(const Gathered&) = delete;

  void add(ByteView chunk) {
    bytes.append(chunk);
    all += chunk.size();
  }
  /// What one write takes: whole pages, so that the next begins on one, and at the end all.
  ByteView writable() const {
    return bytes.view().substr(0, is_end ? bytes.size() : bytes.whole_page_bytes());
  }
  void drop(std::size_t count) {
    all -= count;
    bytes.drop(count);
  }

  std::atomic<ByteCount>& all;
  PageBuffer bytes;
  bool is_end = false;       // the source has no more
  std::exception_ptr error;  // what the source threw
};

struct DiskBlobs::Writing {
  std::string folder;
  std::string path;
  std::unique_ptr<DiskFile> file;
  ByteCount written = 0;
  ByteCount started = 0;
};

DiskBlobs::DiskBlobs(Options options, Disk& disk, Pool& pool)
    : options_(std::move(options)), disk_(disk), pool_(pool), open_(options_.open_max) {}

Task<void> DiskBlobs::gather(ByteSource& source, Gathered& gathered) {
  try {
    while (gathered.bytes.size() < options_.gather_max) {
      auto chunk = co_await source.read();
      if (chunk.empty()) {
        gathered.is_end = true;
        break;
      }
      gathered.add(chunk);
      if (gathered_.load() > options_.gather_all_max) break;
    }
  } catch (...) {
    gathered.error = std::current_exception();  // the caller cleans up: no await in a catch
  }
}

/// On the pool. After an error the file is gone, as far as that can be done: the rest is garbage.
void DiskBlobs::write(Writing& writing, Gathered& gathered, Checksums& sums) {
  try {
    if (gathered.error) std::rethrow_exception(gathered.error);
    if (!writing.file) writing.file = disk_.create(writing.path);
    auto bytes = gathered.writable();
    sums.update(bytes);
    writing.file->append(bytes);
    writing.written += bytes.size();
    gathered.drop(bytes.size());
    if (gathered.is_end) {
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
    co_await gather(source, gathered);
    bool is_nothing = gathered.bytes.empty() && !writing.file;
    if (gathered.error && is_nothing) std::rethrow_exception(gathered.error);
    if (is_nothing) co_return 0;
    co_await on(pool_, job);
  } while (!gathered.is_end);
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
