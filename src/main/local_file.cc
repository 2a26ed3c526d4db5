#include "main/local_file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

namespace tapedeck {

namespace {

FileStamp stamp_of(const struct stat& status) {
  auto seconds = std::chrono::seconds(status.st_mtim.tv_sec);
  auto rest = std::chrono::nanoseconds(status.st_mtim.tv_nsec);
  return {static_cast<ByteCount>(status.st_size), (seconds + rest).count()};
}

}  // namespace

Time FileStamp::changed_at() const {
  std::chrono::sys_time<std::chrono::nanoseconds> exact{std::chrono::nanoseconds(changed_ns)};
  return std::chrono::floor<Millis>(exact);
}

std::optional<FileStamp> find_stamp(const std::string& path) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return stamp_of(status);
}

LocalFile::LocalFile(const std::string& path)
    : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  auto open_failed = errno;
  struct stat status{};
  std::string trouble;
  if (fstat(descriptor_.number(), &status) != 0) {
    trouble = fmt::format("cannot be read: {}", std::strerror(descriptor_ ? errno : open_failed));
  } else if (S_ISDIR(status.st_mode)) {
    trouble = "is a folder; name its files, or use `tapedeck watch`";
  } else if (!S_ISREG(status.st_mode)) {
    trouble = "is no plain file; pipe it into `tapedeck record -`";
  } else if (status.st_size == 0) {
    trouble = "is empty";
  }
  if (trouble.empty()) {
    stamp_ = stamp_of(status);
    return;
  }
  throw Error(Fault::invalid, "It " + trouble + ".");
}

bool LocalFile::is_unchanged() const {
  struct stat status{};
  return fstat(descriptor_.number(), &status) == 0 && stamp_of(status) == stamp_;
}

}  // namespace tapedeck
