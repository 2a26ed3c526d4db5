#include "power/simulated_vfs.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>
#include <string_view>

#include <sqlite3.h>

#include "base/error.h"

namespace tapedeck::power {

namespace {

/// SQLite gives the memory; `base` must come first.
struct OpenFile {
  sqlite3_file base;
  SimulatedVfs* vfs;
  SimulatedDisk* disk;
  FileId file;
  bool is_new_journal;  // its name must be synced with its first sync
  bool is_removed_on_close;
  int held;
  WalIndex::Held held_in_index;
  std::string* path;  // SQLite frees the memory of this without a destructor: close() deletes it
  FileLock* lock;
  WalIndex* index;
};

OpenFile& open_file(sqlite3_file* file) {
  return *reinterpret_cast<OpenFile*>(file);
}

SimulatedVfs& self_of(sqlite3_vfs* vfs) {
  return *static_cast<SimulatedVfs*>(vfs->pAppData);
}

std::string make_name() {
  static std::atomic<int> made{0};
  return "power-" + std::to_string(++made);
}

}  // namespace

/// The functions that SQLite calls; none throws but for what cannot happen here.
struct VfsCalls {
  // ---- of a file ----

  static int close(sqlite3_file* file) {
    auto& open = open_file(file);
    if (open.is_removed_on_close) open.disk->remove(*open.path);
    delete open.path;
    open.path = nullptr;
    return SQLITE_OK;
  }

  static int read(sqlite3_file* file, void* into, int bytes, sqlite3_int64 offset) {
    auto& open = open_file(file);
    std::span<char> buffer(static_cast<char*>(into), static_cast<std::size_t>(bytes));
    auto got = open.disk->read(open.file, static_cast<ByteCount>(offset), buffer);
    if (got == buffer.size()) return SQLITE_OK;
    std::memset(buffer.data() + got, 0, buffer.size() - got);
    return SQLITE_IOERR_SHORT_READ;
  }

  static int write(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 offset) {
    auto& open = open_file(file);
    ByteView view(static_cast<const char*>(from), static_cast<std::size_t>(bytes));
    open.disk->write(open.file, static_cast<ByteCount>(offset), view);
    return SQLITE_OK;
  }

  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    auto& open = open_file(file);
    open.disk->resize(open.file, static_cast<ByteCount>(size));
    return SQLITE_OK;
  }

  static int sync(sqlite3_file* file, int) {
    auto& open = open_file(file);
    try {
      open.disk->sync(open.file);
      if (open.is_new_journal) open.disk->sync_folder(place_of(*open.path).folder);
      open.is_new_journal = false;
    } catch (const Error&) {
      return SQLITE_IOERR_FSYNC;
    }
    return SQLITE_OK;
  }

  static int file_size(sqlite3_file* file, sqlite3_int64* size) {
    auto& open = open_file(file);
    *size = static_cast<sqlite3_int64>(open.disk->size(open.file));
    return SQLITE_OK;
  }

  static int lock(sqlite3_file* file, int level) {
    auto& open = open_file(file);
    return open.lock->lock(open.held, level) ? SQLITE_OK : SQLITE_BUSY;
  }

  static int unlock(sqlite3_file* file, int level) {
    auto& open = open_file(file);
    open.lock->unlock(open.held, level);
    return SQLITE_OK;
  }

  static int check_reserved_lock(sqlite3_file* file, int* is_reserved) {
    *is_reserved = open_file(file).lock->is_reserved() ? 1 : 0;
    return SQLITE_OK;
  }

  /// SQLite shows each PRAGMA to the VFS before it is run: {answer, name, value}.
  static int file_control(sqlite3_file* file, int operation, void* argument) {
    if (operation != SQLITE_FCNTL_PRAGMA) return SQLITE_NOTFOUND;
    auto** words = static_cast<char**>(argument);
    bool is_meant = words[2] != nullptr && std::string_view(words[1]) == "synchronous";
    bool is_normal = open_file(file).vfs->synchronous_ == SimulatedVfs::Synchronous::normal;
    if (is_meant && is_normal) std::memcpy(words[2], "1", 2);  // in the place of FULL
    return SQLITE_NOTFOUND;
  }

  static int sector_size(sqlite3_file*) { return 4096; }  // as SQLite's own for Unix
  static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  // ---- of the index ----

  static int shm_map(sqlite3_file* file, int region, int bytes, int extend,
                     void volatile** at) {  // tidy: as SQLite wants it
    auto index = static_cast<std::size_t>(region);
    *at = open_file(file).index->map(index, static_cast<std::size_t>(bytes), extend != 0);
    return SQLITE_OK;
  }

  static int shm_lock(sqlite3_file* file, int first, int count, int flags) {
    auto& open = open_file(file);
    auto& held = open.held_in_index;
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
      open.index->unlock(held, first, count);
      return SQLITE_OK;
    }
    bool done = (flags & SQLITE_SHM_SHARED) != 0 ? open.index->lock_shared(held, first, count)
                                                 : open.index->lock_exclusive(held, first, count);
    return done ? SQLITE_OK : SQLITE_BUSY;
  }

  static void shm_barrier(sqlite3_file*) { std::atomic_thread_fence(std::memory_order_seq_cst); }

  static int shm_unmap(sqlite3_file* file, int) {
    auto& open = open_file(file);
    open.index->unlock(open.held_in_index, 0, WalIndex::locks);
    return SQLITE_OK;
  }

  // ---- of the disk ----

  static const sqlite3_io_methods methods;

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    auto& self = self_of(vfs);
    file->pMethods = nullptr;
    if (name == nullptr) return SQLITE_CANTOPEN;  // temporary files are in memory
    std::string path = name;
    auto found = self.disk_.find(path);
    if (!found && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    bool is_new = !found;
    if (is_new) found = self.disk_.create_file(path);
    auto& open = *new (file) OpenFile{};
    open.base.pMethods = &methods;
    open.vfs = &self;
    open.disk = &self.disk_;
    open.file = *found;
    constexpr int journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL;
    open.is_new_journal = is_new && (flags & journals) != 0;
    open.is_removed_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    open.path = new std::string(path);
    auto& shared = self.shared_of(path);
    open.lock = &shared.lock;
    open.index = &shared.index;
    if (out != nullptr) *out = flags;
    return SQLITE_OK;
  }

  static int remove(sqlite3_vfs* vfs, const char* name, int syncs_folder) {
    auto& disk = self_of(vfs).disk_;
    if (!disk.remove(name)) return SQLITE_IOERR_DELETE_NOENT;
    if (syncs_folder != 0) disk.sync_folder(place_of(name).folder);
    return SQLITE_OK;
  }

  static int access(sqlite3_vfs* vfs, const char* name, int, int* is_there) {
    *is_there = self_of(vfs).disk_.find(name) ? 1 : 0;
    return SQLITE_OK;
  }

  static int full_path(sqlite3_vfs*, const char* name, int bytes, char* into) {
    sqlite3_snprintf(bytes, into, "%s", name);
    return SQLITE_OK;
  }

  static int randomness(sqlite3_vfs*, int bytes, char* into) {
    for (int at = 0; at < bytes; ++at) into[at] = static_cast<char>(at * 37 + 11);
    return bytes;
  }

  static int sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
  static int last_error(sqlite3_vfs*, int, char*) { return 0; }

  static int current_time(sqlite3_vfs*, sqlite3_int64* julian_millis) {
    *julian_millis = 2'461'367 * sqlite3_int64{86'400'000};  // a day in 2026
    return SQLITE_OK;
  }
};

const sqlite3_io_methods VfsCalls::methods = {
    .iVersion = 2,
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = file_size,
    .xLock = lock,
    .xUnlock = unlock,
    .xCheckReservedLock = check_reserved_lock,
    .xFileControl = file_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

SimulatedVfs::SimulatedVfs(SimulatedDisk& disk, Synchronous synchronous)
    : disk_(disk),
      synchronous_(synchronous),
      name_(make_name()),
      vfs_(std::make_unique<sqlite3_vfs>()) {
  vfs_->iVersion = 2;
  vfs_->szOsFile = sizeof(OpenFile);
  vfs_->mxPathname = 512;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = this;
  vfs_->xOpen = VfsCalls::open;
  vfs_->xDelete = VfsCalls::remove;
  vfs_->xAccess = VfsCalls::access;
  vfs_->xFullPathname = VfsCalls::full_path;
  vfs_->xRandomness = VfsCalls::randomness;
  vfs_->xSleep = VfsCalls::sleep;
  vfs_->xGetLastError = VfsCalls::last_error;
  vfs_->xCurrentTimeInt64 = VfsCalls::current_time;
  sqlite3_vfs_register(vfs_.get(), 0);
}

SimulatedVfs::~SimulatedVfs() {
  sqlite3_vfs_unregister(vfs_.get());
}

SimulatedVfs::Shared& SimulatedVfs::shared_of(const std::string& path) {
  std::lock_guard lock(mutex_);
  return shared_[path];
}

}  // namespace tapedeck::power
