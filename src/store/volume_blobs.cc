#include "store/volume_blobs.h"

#include <algorithm>
#include <exception>

#include "base/check.h"
#include "base/error.h"
#include "store/blob_files.h"
#include "store/disk_source.h"
#include "store/gathered.h"

namespace tapedeck {

namespace {

constexpr ByteCount files_gather_all_max = 16 * MiB;   // a part of each large put, once more
constexpr std::size_t erases_max = 256;                // in one batch
constexpr ByteCount hashed_here_bytes_max = 64 * KiB;  // takes 40 µs; to wake a thread, a third

/// What was read already, then the rest.
class ResumedSource final : public ByteSource {
 public:
  ResumedSource(Gathered& gathered, ByteSource& rest) : gathered_(gathered), rest_(rest) {}

  Task<ByteView> read() override {
    if (!is_given_) {
      is_given_ = true;
      co_return gathered_.bytes();
    }
    gathered_.drop(gathered_.bytes().size());
    if (gathered_.is_end()) co_return ByteView();
    auto chunk = co_await rest_.read();
    co_return chunk;
  }
  void lend(std::span<char> room) override { rest_.lend(room); }

 private:
  Gathered& gathered_;
  ByteSource& rest_;
  bool is_given_ = false;
};

Volumes::Options volumes_options(const VolumeBlobs::Options& options) {
  Volumes::Options made;
  made.folder = volumes_folder(options.root);
  made.read_only = options.read_only;
  made.volume_bytes_max = options.volume_bytes_max;
  return made;
}

/// Places in volumes are told apart from the keys of files by their account.
bool is_place(const BlobKey& key) {
  return key.account == AccountId{};
}

}  // namespace

/// A put or an erase that waits for the writer, in the frame of its task.
struct VolumeBlobs::Waiting {
  explicit Waiting(const BlobKey& key) { blob.key = key; }

  /// Called once by each of those who work on it; the last one resumes the task.
  void finish_part() {
    if (--parts > 0) return;
    auto go_on = std::move(resume);  // the frame may be gone once it is resumed
    go_on();
  }

  NewBlob blob;           // without bytes: an erase
  bool was_here = false;  // of an erase
  std::exception_ptr error;
  std::atomic<int> parts{1};
  Job resume;
};

VolumeBlobs::VolumeBlobs(Options options, Disk& disk, Pool& pool, Env& env)
    : options_(std::move(options)),
      pool_(pool),
      files_({.root = options_.root, .gather_all_max = files_gather_all_max}, disk, pool),
      volumes_(
          [this] {
            auto made = volumes_options(options_);
            made.on_released = [this] { wake(); };
            return made;
          }(),
          disk, env),
      writer_({.name = "volumes", .threads = options_.writer_threads}) {}

// ---- the port ----------------------------------------------------------------------------------

Task<ByteCount> VolumeBlobs::put(const BlobKey& key, ByteSource& source, Checksums& sums) {
  MUST(!options_.read_only);
  Gathered gathered(gathered_, volume::record_head_bytes);
  auto bytes_max = options_.volume_blob_max + 1;  // with this many it is too large
  co_await gathered.gather(source, bytes_max, options_.gather_all_max);
  if (gathered.error()) std::rethrow_exception(gathered.error());
  if (gathered.is_end() && gathered.is_empty()) co_return 0;
  if (gathered.is_end() && gathered.bytes().size() <= options_.volume_blob_max) {
    Waiting waiting(key);
    waiting.blob.begin = sums.at();
    waiting.blob.bytes = gathered.bytes();
    waiting.blob.pages = gathered.pages();
    co_await wait_for(waiting, &sums);
    co_return gathered.bytes().size();
  }
  ResumedSource whole(gathered, source);
  co_return co_await files_.put(key, whole, sums);
}

Task<std::unique_ptr<ByteSource>> VolumeBlobs::open(const BlobKey& key, ByteRange range) {
  auto blob = volumes_.find_known(key);
  if (!blob && volumes_.has(key)) {
    auto job = [&] { return volumes_.find(key); };
    blob = co_await on(pool_, job);
  }
  if (blob) co_return source_of(key, std::move(*blob), range);
  if (options_.read_only) co_return co_await open_beside(key, range);
  co_return co_await files_.open(key, range);
}

std::unique_ptr<ByteSource> VolumeBlobs::source_of(const BlobKey& key, VolumeBlob blob,
                                                   ByteRange range) {
  if (range.begin > range.end || range.end > blob.range.size()) {
    throw Error(Fault::invalid, "The range does not lie inside the blob " + key.text() + ".");
  }
  ByteRange of_file{blob.range.begin + range.begin, blob.range.begin + range.end};
  return std::make_unique<DiskSource>(pool_, std::move(blob.file), of_file, std::move(blob.held));
}

/// In a file; or it was written since the volumes were looked at.
Task<std::unique_ptr<ByteSource>> VolumeBlobs::open_beside(BlobKey key, ByteRange range) {
  std::exception_ptr missing;
  try {
    co_return co_await files_.open(key, range);
  } catch (const Error& error) {
    if (error.fault() != Fault::not_found) throw;
    missing = std::current_exception();
  }
  auto job = [&] {
    volumes_.look_again();
    return volumes_.find(key);
  };
  auto blob = co_await on(pool_, job);
  if (!blob) std::rethrow_exception(missing);
  co_return source_of(key, std::move(*blob), range);
}

Task<void> VolumeBlobs::erase(const BlobKey& key) {
  MUST(!options_.read_only);
  if (volumes_.has(key)) {
    Waiting waiting(key);
    co_await wait_for(waiting, nullptr);
    if (waiting.was_here) co_return;
  }
  co_await files_.erase(key);
}

Task<BlobPage> VolumeBlobs::list(std::optional<BlobKey> after, std::size_t count_max) {
  BlobPage page;
  bool is_behind_files = after && is_place(*after);
  if (!is_behind_files) {
    page = co_await files_.list(after, count_max);
    if (page.next || count_max == 0) co_return page;
    after.reset();
    if (page.keys.size() == count_max) {
      page.next = BlobKey{};  // the first place
      co_return page;
    }
  }
  auto job = [&] { return volumes_.list(after, count_max - page.keys.size()); };
  auto rest = co_await on(pool_, job);
  page.keys.insert(page.keys.end(), rest.keys.begin(), rest.keys.end());
  page.next = rest.next;
  co_return page;
}

Task<std::optional<ByteCount>> VolumeBlobs::free_bytes() {
  return files_.free_bytes();
}

// ---- waiting -----------------------------------------------------------------------------------

Task<void> VolumeBlobs::wait_for(Waiting& waiting, Checksums* sums) {
  auto begin = [&](Job resume) {
    waiting.resume = std::move(resume);
    start(waiting, sums);
  };
  co_await suspend(begin);
  if (waiting.error) std::rethrow_exception(waiting.error);
}

/// The digest is made while the writer is at work. After the last finish_part() the frame that
/// `waiting` is in may be gone.
void VolumeBlobs::start(Waiting& waiting, Checksums* sums) {
  if (sums == nullptr) return enqueue(waiting);
  waiting.parts = 2;
  enqueue(waiting);
  auto hash = [&waiting, sums] {
    sums->update(waiting.blob.bytes);
    waiting.finish_part();
  };
  if (waiting.blob.bytes.size() <= hashed_here_bytes_max) return hash();
  try {
    pool_.post(Job(hash));
  } catch (const Error&) {
    hash();  // the pool has too much to do: slower, but it gets done
  }
}

void VolumeBlobs::enqueue(Waiting& waiting) {
  bool is_taken = false;
  {
    std::lock_guard lock(mutex_);
    is_taken = queue_.size() < options_.queue_max;
    if (is_taken) queue_.push_back(&waiting);
    if (patience_.must_wake(queue_.size())) more_.notify_one();
  }
  if (is_taken) return wake();  // it may be done, and gone, by now
  waiting.error = std::make_exception_ptr(
      Error(Fault::unavailable, "The disk has too much to do. Try again in a moment."));
  waiting.finish_part();
}

void VolumeBlobs::wake() {
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(draining_, true)) return;
  }
  writer_.post(Job([this] { drain(); }));  // never more than one: its queue cannot be full
}

// ---- the writer --------------------------------------------------------------------------------

void VolumeBlobs::drain() {
  for (;;) {
    auto batch = take_batch();
    if (!batch.empty()) {
      if (batch.front()->blob.bytes.empty()) {
        erase(batch);
      } else {
        write(batch);
      }
      for (auto* waiting : batch) waiting->finish_part();
    }
    volumes_.settle();
    std::lock_guard lock(mutex_);
    draining_ = !queue_.empty();
    if (!draining_) return;
  }
}

/// The first that waits, and those of its kind that do not exceed a batch.
VolumeBlobs::Batch VolumeBlobs::take_batch() {
  Batch batch;
  ByteCount bytes = 0;
  std::unique_lock lock(mutex_);
  if (options_.writer_threads > 0) {  // else nobody can come while we wait
    patience_.wait(lock, more_, [this](std::size_t count) { return queue_.size() >= count; });
  }
  while (!queue_.empty()) {
    auto* next = queue_.front();
    bool is_erase = next->blob.bytes.empty();
    if (!batch.empty() && batch.front()->blob.bytes.empty() != is_erase) break;
    if (is_erase ? batch.size() >= erases_max : bytes >= volume_batch_bytes_max) break;
    batch.push_back(next);
    queue_.pop_front();
    bytes += volume::offset_of(volume::pages_of(next->blob.bytes.size()));
  }
  patience_.took(batch.size());
  return batch;
}

void VolumeBlobs::write(const Batch& batch) {
  std::vector<NewBlob> blobs;
  blobs.reserve(batch.size());
  for (const auto* waiting : batch) blobs.push_back(waiting->blob);
  try {
    volumes_.append(blobs);
    volumes_.sync();
  } catch (...) {
    for (auto* waiting : batch) waiting->error = std::current_exception();
  }
}

void VolumeBlobs::erase(const Batch& batch) {
  std::vector<BlobKey> keys;
  keys.reserve(batch.size());
  for (const auto* waiting : batch) keys.push_back(waiting->blob.key);
  try {
    auto were_here = volumes_.erase(keys);
    for (std::size_t i = 0; i < batch.size(); ++i) batch[i]->was_here = were_here[i];
  } catch (...) {
    for (auto* waiting : batch) waiting->error = std::current_exception();
  }
}

}  // namespace tapedeck
