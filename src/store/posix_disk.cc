#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/error.h"
#include "store/disk.h"
#include "store/page_buffer.h"
#include "store/posix.h"

namespace tapedeck {

void throw_errno(std::string_view what, const std::string& path) {
  int code = errno;
  if (code == ENOSPC || code == EDQUOT) {
    throw Error(Fault::storage_full, "The disk is full. Free some space and try again.");
  }
  throw Error(Fault::unavailable,
              fmt::format("cannot {} {}: {}", what, path, std::generic_category().message(code)));
}

Descriptor::~Descriptor() {
  if (is_open()) ::close(number_);
}

namespace {

/// The call again as long as a signal breaks it off.
template <class Call>
auto uninterrupted(Call call) {
  for (;;) {
    auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

/// Fewer bytes go through the page cache, where the next to read them finds them.
constexpr std::size_t direct_bytes_min = PageBuffer::aligned_from;

/// Never written to, so that they take no memory.
alignas(PageBuffer::page_bytes) std::array<char, MiB> zeros;

class PosixFile final : public DiskFile {
 public:
  PosixFile(Descriptor descriptor, std::string path, off_t size)
      : descriptor_(std::move(descriptor)), path_(std::move(path)), size_(size) {}

  void append(ByteView bytes) override {
    auto direct = direct_part(bytes);
    if (direct > 0 && set_direct(true)) {
      write_all(bytes.substr(0, direct));
      bytes.remove_prefix(direct);
    }
    set_direct(false);
    write_all(bytes);
  }

  void start_writing() override {
    // A hint: an error of the disk shows again, and counts, in sync().
    ::sync_file_range(fd(), started_, size_ - started_, SYNC_FILE_RANGE_WRITE);
    started_ = size_;
  }

  void sync() override {
    // Not repeated after EINTR or anything else: the first failure may be the only one told.
    if (::fdatasync(fd()) != 0) throw_errno("sync", path_);
  }

  std::size_t read_at(ByteCount offset, std::span<char> into) override {
    std::size_t done = 0;
    while (done < into.size()) {
      auto at = static_cast<off_t>(offset + done);
      auto got =
          uninterrupted([&] { return ::pread(fd(), into.data() + done, into.size() - done, at); });
      if (got < 0) throw_errno("read", path_);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  void write_at(ByteCount offset, ByteView bytes) override {
    set_direct(is_aligned(bytes, offset) && bytes.size() % PageBuffer::page_bytes == 0);
    while (!bytes.empty()) {
      auto at = static_cast<off_t>(offset);
      auto written = uninterrupted([&] { return ::pwrite(fd(), bytes.data(), bytes.size(), at); });
      if (written < 0 && errno == EINVAL && direct_ && set_direct(false)) continue;
      if (written < 0) throw_errno("write", path_);
      bytes.remove_prefix(static_cast<std::size_t>(written));
      offset += static_cast<ByteCount>(written);
      size_ = std::max(size_, static_cast<off_t>(offset));
    }
  }

  void write_pages_at(ByteCount offset, std::span<const ByteView> pieces) override {
    if (pieces.size() == 1) return write_at(offset, pieces.front());
    while (!pieces.empty()) {
      auto some = pieces.first(std::min<std::size_t>(pieces.size(), IOV_MAX));
      write_some_at(offset, some);
      for (auto piece : some) offset += piece.size();
      pieces = pieces.subspan(some.size());
    }
  }

  void extend(ByteCount size) override {
    auto begin = this->size();
    if (begin >= size) return;
    // Finds the room in one piece, and a full disk at once; where it cannot, the writes do.
    ::fallocate(fd(), 0, size_, static_cast<off_t>(size) - size_);
    while (begin < size) {
      auto bytes = ByteView(zeros.data(), zeros.size()).substr(0, size - begin);
      write_at(begin, bytes);
      begin += bytes.size();
    }
  }

  void truncate(ByteCount size) override {
    auto wanted = static_cast<off_t>(size);
    if (uninterrupted([&] { return ::ftruncate(fd(), wanted); }) != 0) throw_errno("cut", path_);
    size_ = wanted;
  }

  bool punch(ByteRange range) override {
    constexpr int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    auto begin = static_cast<off_t>(range.begin);
    auto bytes = static_cast<off_t>(range.size());
    if (uninterrupted([&] { return ::fallocate(fd(), mode, begin, bytes); }) == 0) return true;
    if (errno == EOPNOTSUPP || errno == ENOSYS) return false;
    throw_errno("punch", path_);
  }

  ByteCount size() override { return static_cast<ByteCount>(size_); }

  std::optional<int> descriptor() const override { return descriptor_.number(); }

 private:
  int fd() const { return descriptor_.number(); }

  /// How many of the bytes can go straight from memory to the disk.
  std::size_t direct_part(ByteView bytes) const {
    auto offset = static_cast<ByteCount>(size_);
    if (!is_aligned(bytes, offset) || bytes.size() < direct_bytes_min) return 0;
    return bytes.size() - bytes.size() % PageBuffer::page_bytes;
  }

  static bool is_aligned(ByteView bytes, ByteCount offset) {
    auto address = reinterpret_cast<std::uintptr_t>(bytes.data());
    return address % PageBuffer::page_bytes == 0 && offset % PageBuffer::page_bytes == 0;
  }

  /// What one call leaves over is written piece by piece.
  void write_some_at(ByteCount offset, std::span<const ByteView> pieces) {
    std::vector<iovec> vectors;
    vectors.reserve(pieces.size());
    bool direct = true;
    for (auto piece : pieces) {
      vectors.push_back({const_cast<char*>(piece.data()), piece.size()});
      direct = direct && is_aligned(piece, offset) && piece.size() % PageBuffer::page_bytes == 0;
    }
    set_direct(direct);
    auto count = static_cast<int>(vectors.size());
    auto at = static_cast<off_t>(offset);
    auto written = uninterrupted([&] { return ::pwritev(fd(), vectors.data(), count, at); });
    if (written < 0 && errno != EINVAL) throw_errno("write", path_);
    auto done = written < 0 ? ByteCount{0} : static_cast<ByteCount>(written);
    size_ = std::max(size_, static_cast<off_t>(offset + done));
    for (auto piece : pieces) {
      auto seen = std::min<ByteCount>(done, piece.size());
      if (seen < piece.size()) write_at(offset + seen, piece.substr(seen));
      done -= seen;
      offset += piece.size();
    }
  }

  /// False where the file system cannot.
  bool set_direct(bool wanted) {
    if (direct_ == wanted) return true;
    if (::fcntl(fd(), F_SETFL, O_WRONLY | (wanted ? O_DIRECT : 0)) != 0) return false;
    direct_ = wanted;
    return true;
  }

  void write_all(ByteView bytes) {
    while (!bytes.empty()) {
      auto written = uninterrupted([&] { return ::write(fd(), bytes.data(), bytes.size()); });
      // A file system or its disk may have stricter rules than pages, and tell only here.
      if (written < 0 && errno == EINVAL && direct_ && set_direct(false)) continue;
      if (written < 0) throw_errno("write", path_);
      bytes.remove_prefix(static_cast<std::size_t>(written));
      size_ += written;
    }
  }

  Descriptor descriptor_;
  std::string path_;
  bool direct_ = false;
  off_t size_;  // asked once: no other process changes our files
  off_t started_ = 0;
};

/// Null when there is none.
std::unique_ptr<DiskFile> open_file(const std::string& path, int access) {
  int flags = access | O_CLOEXEC | O_NOFOLLOW;
  Descriptor descriptor(uninterrupted([&] { return ::open(path.c_str(), flags); }));
  if (!descriptor.is_open() && errno == ENOENT) return nullptr;
  struct stat facts{};
  if (!descriptor.is_open() || ::fstat(descriptor.number(), &facts) != 0) throw_errno("open", path);
  return std::make_unique<PosixFile>(std::move(descriptor), path, facts.st_size);
}

}  // namespace

std::unique_ptr<DiskFile> PosixDisk::create(const std::string& path) {
  constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
  Descriptor descriptor(uninterrupted([&] { return ::open(path.c_str(), flags, 0600); }));
  if (!descriptor.is_open()) throw_errno("create", path);
  return std::make_unique<PosixFile>(std::move(descriptor), path, 0);
}

std::unique_ptr<DiskFile> PosixDisk::open(const std::string& path) {
  return open_file(path, O_RDONLY);
}

std::unique_ptr<DiskFile> PosixDisk::open_to_change(const std::string& path) {
  return open_file(path, O_RDWR);
}

bool PosixDisk::remove(const std::string& path) {
  if (::unlink(path.c_str()) == 0) return true;
  if (errno == ENOENT) return false;
  throw_errno("remove", path);
}

void PosixDisk::sync_folder(const std::string& path) {
  constexpr int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  Descriptor descriptor(uninterrupted([&] { return ::open(path.c_str(), flags); }));
  if (!descriptor.is_open()) throw_errno("open", path);
  if (::fsync(descriptor.number()) != 0) throw_errno("sync", path);
}

void PosixDisk::make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) throw_errno("make the folder", path);
}

std::vector<std::string> PosixDisk::list_names(const std::string& folder) {
  auto close = [](DIR* open_folder) { ::closedir(open_folder); };
  std::unique_ptr<DIR, decltype(close)> opened(::opendir(folder.c_str()), close);
  if (!opened) throw_errno("list", folder);
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    auto* entry = ::readdir(opened.get());
    if (entry == nullptr) break;
    std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) throw_errno("list", folder);
  return names;
}

ByteCount PosixDisk::free_bytes(const std::string& folder) {
  struct statvfs facts{};
  if (::statvfs(folder.c_str(), &facts) != 0) throw_errno("measure", folder);
  return static_cast<ByteCount>(facts.f_bavail) * facts.f_frsize;
}

}  // namespace tapedeck
