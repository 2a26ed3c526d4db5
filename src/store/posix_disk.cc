#include <cerrno>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.h"
#include "store/disk.h"
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

class PosixFile final : public DiskFile {
 public:
  PosixFile(Descriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  void append(ByteView bytes) override {
    while (!bytes.empty()) {
      auto written = uninterrupted([&] { return ::write(fd(), bytes.data(), bytes.size()); });
      if (written < 0) throw_errno("write", path_);
      bytes.remove_prefix(static_cast<std::size_t>(written));
      appended_ += written;
    }
  }

  void start_writing() override {
    // A hint: an error of the disk shows again, and counts, in sync().
    ::sync_file_range(fd(), started_, appended_ - started_, SYNC_FILE_RANGE_WRITE);
    started_ = appended_;
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

  ByteCount size() override {
    struct stat facts{};
    if (::fstat(fd(), &facts) != 0) throw_errno("stat", path_);
    return static_cast<ByteCount>(facts.st_size);
  }

  std::optional<int> descriptor() const override { return descriptor_.number(); }

 private:
  int fd() const { return descriptor_.number(); }

  Descriptor descriptor_;
  std::string path_;
  off_t appended_ = 0;
  off_t started_ = 0;
};

}  // namespace

std::unique_ptr<DiskFile> PosixDisk::create(const std::string& path) {
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
  Descriptor descriptor(uninterrupted([&] { return ::open(path.c_str(), flags, 0600); }));
  if (!descriptor.is_open()) throw_errno("create", path);
  return std::make_unique<PosixFile>(std::move(descriptor), path);
}

std::unique_ptr<DiskFile> PosixDisk::open(const std::string& path) {
  constexpr int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW;
  Descriptor descriptor(uninterrupted([&] { return ::open(path.c_str(), flags); }));
  if (descriptor.is_open()) return std::make_unique<PosixFile>(std::move(descriptor), path);
  if (errno == ENOENT) return nullptr;
  throw_errno("open", path);
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
