#include "store/data_folder.h"

#include <array>
#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/error.h"
#include "store/blob_files.h"
#include "store/disk.h"

namespace tapedeck {

namespace {

struct NetworkFileSystem {
  std::uint32_t type;
  const char* name;
};
// The numbers of statfs(2).
constexpr std::array<NetworkFileSystem, 6> network_file_systems = {{
    {0x6969, "NFS"},
    {0x517B, "SMB"},
    {0xFE534D42, "SMB"},
    {0xFF534D42, "CIFS"},
    {0x01021997, "9p"},
    {0x5346414F, "AFS"},
}};

std::string read_pid(int lock) {
  std::array<char, 32> text{};
  auto bytes = ::pread(lock, text.data(), text.size(), 0);
  std::string pid;
  for (ssize_t i = 0; i < bytes && text[static_cast<std::size_t>(i)] >= '0' &&
                      text[static_cast<std::size_t>(i)] <= '9';
       ++i) {
    pid.push_back(text[static_cast<std::size_t>(i)]);
  }
  return pid.empty() ? "unknown" : pid;
}

Descriptor lock_folder(const std::string& folder) {
  auto path = folder + "/lock";
  Descriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock.is_open()) throw_errno("open", path);
  if (::flock(lock.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) throw_errno("lock", path);
    throw Error(Fault::conflict,
                fmt::format("The data folder {} is in use by process {} (tapedeck serve?). Stop it "
                            "first, or choose another folder.",
                            folder, read_pid(lock.number())));
  }
  auto pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(lock.number(), 0) != 0 ||
      ::pwrite(lock.number(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    throw_errno("write", path);
  }
  return lock;
}

/// Makes the folder and those above it, each synced into its parent.
void make_folders(Disk& disk, const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) return;
  auto parent = path.parent_path();
  if (!parent.empty()) make_folders(disk, parent);
  disk.make_folder(path.string());
  disk.sync_folder(parent.empty() ? "." : parent.string());
}

}  // namespace

void refuse_network_file_system(const std::string& path) {
  struct statfs facts{};
  if (::statfs(path.c_str(), &facts) != 0) throw_errno("measure", path);
  auto type = static_cast<std::uint32_t>(facts.f_type);
  for (const auto& known : network_file_systems) {
    if (known.type != type) continue;
    throw Error(Fault::invalid,
                fmt::format("The data folder {} is on a network file system ({}), whose locks and "
                            "syncs promise too little. Choose a folder on a local disk.",
                            path, known.name));
  }
}

DataFolder::DataFolder(std::string path, Holds holds) : path_(std::move(path)) {
  while (path_.size() > 1 && path_.back() == '/') path_.pop_back();
  PosixDisk disk;
  make_folders(disk, path_);
  refuse_network_file_system(path_);
  lock_ = lock_folder(path_);
  // Each time: a crash may have left some of them unmade.
  if (holds == Holds::blobs) make_blob_folders(disk, blobs());
  disk.sync_folder(path_);
}

}  // namespace tapedeck
