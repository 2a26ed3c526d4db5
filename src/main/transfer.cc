#include "main/transfer.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "main/config.h"
#include "main/console.h"
#include "main/setting_values.h"

namespace tapedeck {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t read_bytes = 256 * KiB;
constexpr std::chrono::milliseconds draw_every{100};
constexpr int bar_width = 24;

std::string bar_of(double share) {
  auto filled = static_cast<std::size_t>(share * bar_width);
  return std::string(filled, '#') + std::string(bar_width - filled, '.');
}

[[noreturn]] void refuse_existing(const std::string& path) {
  throw Error(Fault::conflict, "The file " + path +
                                   " exists. Give --force to replace it, or -o "
                                   "another name.");
}

}  // namespace

std::string progress_line(const std::string& label, ByteRange range, std::optional<ByteCount> total,
                          double seconds) {
  auto done = range.end;
  auto rate = seconds > 0 ? static_cast<double>(range.size()) / seconds : 0;
  auto speed = format_bytes_rounded(static_cast<ByteCount>(rate)) + "/s";
  if (!total || *total == 0) {
    return fmt::format("{}  {}  {}", label, format_bytes_rounded(done), speed);
  }
  auto share = std::min(1.0, static_cast<double>(done) / static_cast<double>(*total));
  auto left = rate > 0 ? static_cast<double>(*total - std::min(done, *total)) / rate : 0;
  auto left_seconds = static_cast<std::uint64_t>(left + 0.5);
  return fmt::format("{}  [{}] {:3.0f}%  {} of {}  {}  {}:{:02} left", label, bar_of(share),
                     share * 100, format_bytes_rounded(done), format_bytes_rounded(*total), speed,
                     left_seconds / 60, left_seconds % 60);
}

Progress::Progress(std::string label, std::optional<ByteCount> total, bool wanted)
    : label_(std::move(label)),
      total_(total),
      shown_(wanted && is_terminal(STDERR_FILENO)),
      begin_(Clock::now()) {}

Progress::~Progress() {
  if (shown_ && drawn_ != Clock::time_point()) fmt::print(stderr, "\r\x1b[K");
}

void Progress::add(ByteCount bytes) {
  done_before_ = done_before_.value_or(0);
  set(done_ + bytes);
}

void Progress::set(ByteCount done) {
  done_ = done;
  done_before_ = std::min(done, done_before_.value_or(done));
  auto now = Clock::now();
  if (shown_ && now - drawn_ >= draw_every) draw(now);
}

void Progress::draw(Clock::time_point now) {
  drawn_ = now;
  auto seconds = std::chrono::duration<double>(now - begin_).count();
  ByteRange range{*done_before_, done_};
  fmt::print(stderr, "\r\x1b[K{}", progress_line(label_, range, total_, seconds));
  std::fflush(stderr);
}

Task<ByteView> DescriptorSource::read() {
  chunk_.resize(read_bytes);
  ssize_t count = 0;
  do {
    count = ::read(descriptor_, chunk_.data(), chunk_.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    throw Error(Fault::unavailable, fmt::format("Reading failed: {}.", std::strerror(errno)));
  }
  auto bytes = ByteView(chunk_).substr(0, static_cast<std::size_t>(count));
  seen_.update(bytes);
  progress_.add(bytes.size());
  co_return bytes;
}

void throw_write_failure(const std::string& path) {
  auto fault = errno == ENOSPC || errno == EDQUOT ? Fault::storage_full : Fault::unavailable;
  throw Error(fault, fmt::format("Writing {} failed: {}.", path, std::strerror(errno)));
}

void write_all(int descriptor, ByteView bytes, const std::string& path) {
  while (!bytes.empty()) {
    auto count = write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_write_failure(path);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

PartFile::PartFile(std::string path, bool replace)
    : path_(std::move(path)), part_(path_ + ".part"), replace_(replace) {
  if (!replace_ && access(path_.c_str(), F_OK) == 0) refuse_existing(path_);
  descriptor_ = open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor_ < 0) {
    throw UsageError(fmt::format("{} cannot be written: {}.", part_, std::strerror(errno)));
  }
}

PartFile::~PartFile() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  unlink(part_.c_str());
}

void PartFile::append(ByteView bytes) {
  write_all(descriptor_, bytes, part_);
}

void PartFile::keep() {
  if (fsync(descriptor_) != 0) throw_write_failure(part_);
  if (replace_) {
    if (rename(part_.c_str(), path_.c_str()) != 0) throw_write_failure(path_);
  } else if (link(part_.c_str(), path_.c_str()) == 0) {  // fails when somebody made it meanwhile
    unlink(part_.c_str());
  } else if (errno == EEXIST) {
    refuse_existing(path_);
  } else if (rename(part_.c_str(), path_.c_str()) != 0) {  // a file system without links
    throw_write_failure(path_);
  }
  close(descriptor_);
  descriptor_ = -1;
}

}  // namespace tapedeck
