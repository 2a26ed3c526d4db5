#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/env.h"
#include "main/doctor.h"
#include "main/setting_values.h"
#include "main/store_settings.h"
#include "store/data_folder.h"

namespace tapedeck {

namespace {

constexpr rlim_t open_files_min = 4096;

Check good(std::string name, std::string detail) {
  return {std::move(name), true, detail, ""};
}
Check bad(std::string name, std::string detail, std::string cure) {
  return {std::move(name), false, std::move(detail), std::move(cure)};
}

Check check_mode(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    return bad("folder", fmt::format("{} is not a folder: {}", path, std::strerror(errno)),
               "Name the data folder with --data DIR; `tapedeck serve` makes a new one.");
  }
  auto mode = status.st_mode & 07777;
  if ((mode & 0077) != 0) {
    return bad("folder", fmt::format("{} has mode {:04o}: other users may look inside", path, mode),
               "chmod 700 " + path);
  }
  if (access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
    return bad("folder", path + " cannot be written by this user",
               "Run this as the user who owns the folder.");
  }
  return good("folder", fmt::format("{}, mode {:04o}", path, mode));
}

Check check_lock(const std::string& path, bool running) {
  if (running) return good("lock", "held by the server that runs here");
  auto name = path + "/lock";
  int file = open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return good("lock", "free: no server was here yet");
  bool free = flock(file, LOCK_EX | LOCK_NB) == 0;
  close(file);
  if (free) return good("lock", "free: no server runs here");
  return bad("lock", "held by a process that does not answer on admin.sock",
             "See its pid with `cat " + name + "`; wait for it, or end it.");
}

Check check_file_system(const std::string& path) {
  try {
    refuse_network_file_system(path);
    return good("file system", "local");
  } catch (const Error& error) {
    return bad("file system", error.what(), "Keep the data folder on a local disk.");
  }
}

Check check_space(const std::string& path, const Config& config) {
  struct statvfs space{};
  if (statvfs(path.c_str(), &space) != 0) {
    return bad("space", std::strerror(errno), "Check the disk that holds " + path + ".");
  }
  auto free = static_cast<ByteCount>(space.f_bavail) * space.f_frsize;
  auto detail = format_bytes_rounded(free) + " free";
  if (free >= config.free_bytes_min) return good("space", detail);
  return bad("space",
             fmt::format("{}, less than free_bytes_min ({}): new recordings are refused", detail,
                         format_byte_count(config.free_bytes_min)),
             "Make room on the disk, empty the trash, or lower free_bytes_min.");
}

/// As the store writes: bytes, sync, name, sync.
Check check_write(const std::string& path) {
  auto begin = std::chrono::steady_clock::now();
  auto name = fmt::format("{}/doctor.{}", path, getpid());
  int file = open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool done = file >= 0 && write(file, "tapedeck", 8) == 8 && fdatasync(file) == 0;
  if (file >= 0) close(file);
  int folder = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  done = done && folder >= 0 && fsync(folder) == 0;
  auto why = std::string(std::strerror(errno));
  if (folder >= 0) close(folder);
  if (file >= 0) unlink(name.c_str());
  auto spent = std::chrono::steady_clock::now() - begin;
  auto millis = std::chrono::duration<double, std::milli>(spent).count();
  if (!done) return bad("write", "a durable write failed: " + why, "Check the disk and its mount.");
  if (millis > 1000) {
    return bad("write", fmt::format("a durable write took {:.0f} ms", millis),
               "The disk is overloaded or failing; uploads will be slow.");
  }
  return good("write", fmt::format("a durable write took {:.1f} ms", millis));
}

/// Volumes give room back as holes.
Check check_holes(const std::string& path) {
  auto name = fmt::format("{}/doctor.{}", path, getpid());
  int file = open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return bad("holes", std::strerror(errno), "Check the disk and its mount.");
  constexpr int punch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
  bool works = ftruncate(file, 8192) == 0 && fallocate(file, punch, 0, 4096) == 0;
  close(file);
  unlink(name.c_str());
  if (works) return good("holes", "what is deleted gives its room back at once");
  return good("holes", "none here: what is deleted gives its room back with all of its volume");
}

Check check_open_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  auto detail = limit.rlim_cur == RLIM_INFINITY ? std::string("unlimited")
                                                : fmt::format("{} at once", limit.rlim_cur);
  if (limit.rlim_cur >= open_files_min) return good("open files", detail);
  return bad(
      "open files", detail + ": few for many connections",
      fmt::format("Raise it: `ulimit -n {0}`, or LimitNOFILE={0} in the service.", open_files_min));
}

/// Offline, a clock can only be seen to be wrong: before this program was written, or before the
/// database was last changed.
Check check_clock(const std::string& path) {
  constexpr auto written = std::chrono::sys_days(std::chrono::year(2025) / 1 / 1);
  SystemEnv env;
  auto now = env.now();
  auto cure = "Set the clock; keep it with chrony or systemd-timesyncd.";
  if (now < written) return bad("clock", "it says " + format_rfc3339(now), cure);
  struct stat status{};
  for (auto name : {"/tapedeck.db", "/tapedeck.db-wal"}) {
    if (stat((path + name).c_str(), &status) != 0) continue;
    Time changed{std::chrono::seconds(status.st_mtim.tv_sec)};
    if (changed > now + std::chrono::minutes(2)) {
      return bad("clock", "it says " + format_rfc3339(now) + ", before the data's last change",
                 cure);
    }
  }
  return good("clock", format_rfc3339(now));
}

}  // namespace

std::vector<Check> examine_folder(const Config& config, bool running) {
  if (is_cloud_alone(config)) return {check_open_files()};
  auto path = config.data.string();
  std::vector<Check> checks{check_mode(path)};
  if (std::filesystem::is_directory(path)) {
    checks.push_back(check_lock(path, running));
    checks.push_back(check_file_system(path));
    checks.push_back(check_space(path, config));
    checks.push_back(check_write(path));
    checks.push_back(check_holes(path));
    checks.push_back(check_clock(path));
  }
  checks.push_back(check_open_files());
  return checks;
}

}  // namespace tapedeck
