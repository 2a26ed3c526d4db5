/* A disk that fails when told to: preloaded (LD_PRELOAD) into the program under test, it stands
 * before the system calls that change files and lets one of them go wrong.
 *
 * It counts the calls on files in FAULT_FOLDER, each kind for itself over all threads, and appends
 * a line to FAULT_TRACE for each: "KIND INDEX BYTES PATH". When call FAULT_KIND ("sync": fsync and
 * fdatasync, counted together) has its index FAULT_INDEX, FAULT_ACTION happens, after a line
 * "FIRED KIND INDEX BYTES PATH":
 *   EIO, ENOSPC, EINTR   the call fails and does nothing
 *   late                 the call is made, and is said to have failed with EIO
 *   short                half of the bytes are written, which is said
 *   full                 the same, and from then on nothing that needs room succeeds
 *   dead                 this call and every later one fails with EIO
 *   kill-before, kill-after, kill-half   SIGKILL around the call, or after half of its bytes
 *
 * The calls are made as raw system calls: nothing of the C library or of a sanitizer in between
 * can repeat or count them another way. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind {
  k_openat, k_write, k_writev, k_pwrite64, k_pwritev, k_fsync, k_fdatasync, k_unlink, k_ftruncate,
  k_mkdir, k_rename, k_link, k_sync_file_range, k_fallocate, kinds
};
static const char *const names[kinds] = {
    "openat", "write", "writev", "pwrite64", "pwritev", "fsync", "fdatasync", "unlink",
    "ftruncate", "mkdir", "rename", "link", "sync_file_range", "fallocate"};

enum action {
  none, fail, late, short_write, full, dead, kill_before, kill_after, kill_half
};
static const char *const actions[] = {
    "", "", "late", "short", "full", "dead", "kill-before", "kill-after", "kill-half"};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char folder[PATH_MAX];
static size_t folder_bytes;
static int trace = -1;
static char wanted_kind[32];
static long wanted_index = -1;
static enum action wanted = none;
static int wanted_errno;
static long counts[kinds];
static enum action lasting = none; /* full or dead, once it has happened */

static const char *setting(const char *name) {
  const char *value = getenv(name);
  return value ? value : "";
}

__attribute__((constructor)) static void begin(void) {
  const char *action = setting("FAULT_ACTION");
  snprintf(folder, sizeof folder, "%s", setting("FAULT_FOLDER"));
  snprintf(wanted_kind, sizeof wanted_kind, "%s", setting("FAULT_KIND"));
  wanted_index = atol(setting("FAULT_INDEX"));
  if (!strcmp(action, "EIO")) wanted_errno = EIO;
  if (!strcmp(action, "ENOSPC")) wanted_errno = ENOSPC;
  if (!strcmp(action, "EINTR")) wanted_errno = EINTR;
  if (wanted_errno) wanted = fail;
  for (int i = late; i <= kill_half; ++i) {
    if (!strcmp(action, actions[i])) wanted = i;
  }
  trace = open(setting("FAULT_TRACE"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  folder_bytes = strlen(folder);
  if (trace < 0 || folder_bytes == 0 || (*action && wanted == none)) {
    static const char words[] = "faults: FAULT_FOLDER, FAULT_TRACE or FAULT_ACTION is wrong\n";
    if (write(2, words, sizeof words - 1) < 0) _exit(126);
    _exit(126);
  }
}

static int is_inside(const char *path) {
  return folder_bytes > 0 && !strncmp(path, folder, folder_bytes) &&
         (path[folder_bytes] == '/' || path[folder_bytes] == '\0');
}

/* How the call of that kind ends; the path is one inside the folder. */
static enum action judge(enum kind kind, const char *path, long bytes) {
  char line[PATH_MAX + 100];
  int is_sync = kind == k_fsync || kind == k_fdatasync;
  int needs_bytes = wanted == short_write || wanted == kill_half;
  enum action now = none;
  pthread_mutex_lock(&mutex);
  long index = ++counts[kind];
  int is_wanted = !strcmp(wanted_kind, names[kind]);
  if (is_sync && !strcmp(wanted_kind, "sync")) {
    is_wanted = 1;
    index = counts[k_fsync] + counts[k_fdatasync];
  }
  if (is_wanted && index == wanted_index && !(needs_bytes && bytes < 2)) now = wanted;
  if (now == full || now == dead) lasting = now;
  int length = snprintf(line, sizeof line, "%s%s %ld %ld %s\n", now != none ? "FIRED " : "",
                        names[kind], index, bytes, path + folder_bytes);
  syscall(SYS_write, trace, line, (size_t)length);
  if (now == none) now = lasting;
  pthread_mutex_unlock(&mutex);
  return now;
}

static enum action judge_path(enum kind kind, const char *path) {
  return is_inside(path) ? judge(kind, path, 0) : none;
}

static enum action judge_file(enum kind kind, int fd, long bytes) {
  char link[40];
  char path[PATH_MAX];
  int before = errno;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
  errno = before;
  if (length <= 0) return none;
  path[length] = '\0';
  return is_inside(path) ? judge(kind, path, bytes) : none;
}

static void die(void) {
  for (;;) syscall(SYS_kill, getpid(), SIGKILL);
}

static long failed(int code) {
  errno = code;
  return -1;
}

/* Ends a call: CALL is made unless the action says otherwise. */
#define END_CALL(judged, needs_room, call)                          \
  do {                                                              \
    enum action end_ = (judged);                                    \
    if (end_ == kill_before || end_ == kill_half) die();            \
    if (end_ == fail) return failed(wanted_errno);                  \
    if (end_ == dead) return failed(EIO);                           \
    if (end_ == full && (needs_room)) return failed(ENOSPC);        \
    long result_ = (call);                                          \
    if (end_ == kill_after) die();                                  \
    if (end_ == late) return failed(EIO);                           \
    return result_;                                                 \
  } while (0)

static long open_at(int at, const char *path, int flags, mode_t mode) {
  END_CALL(judge_path(k_openat, path), flags & O_CREAT,
           syscall(SYS_openat, at, path, flags, mode));
}

/* A disk that has just become full still takes the first half. */
static int fills_now(enum action action) {
  static int has_filled;
  return action == full && !__sync_lock_test_and_set(&has_filled, 1);
}

static long write_some(enum kind kind, int fd, const void *data, size_t size, off_t at) {
  enum action action = judge_file(kind, fd, (long)size);
  int is_positioned = kind == k_pwrite64;
  if (action == short_write || action == kill_half || (size >= 2 && fills_now(action))) {
    long done = is_positioned ? syscall(SYS_pwrite64, fd, data, size / 2, at)
                              : syscall(SYS_write, fd, data, size / 2);
    if (action == kill_half) die();
    return done;
  }
  END_CALL(action, 1,
           is_positioned ? syscall(SYS_pwrite64, fd, data, size, at)
                         : syscall(SYS_write, fd, data, size));
}

static mode_t mode_of(int flags, va_list rest) {
  return flags & (O_CREAT | O_TMPFILE) ? (mode_t)va_arg(rest, int) : 0;
}

#define OPEN(name)                                       \
  int name(const char *path, int flags, ...) {           \
    va_list rest;                                        \
    va_start(rest, flags);                               \
    mode_t mode = mode_of(flags, rest);                  \
    va_end(rest);                                        \
    return (int)open_at(AT_FDCWD, path, flags, mode);    \
  }
#define OPEN_AT(name)                                    \
  int name(int at, const char *path, int flags, ...) {   \
    va_list rest;                                        \
    va_start(rest, flags);                               \
    mode_t mode = mode_of(flags, rest);                  \
    va_end(rest);                                        \
    return (int)open_at(at, path, flags, mode);          \
  }
OPEN(open)
OPEN(open64)
OPEN_AT(openat)
OPEN_AT(openat64)
/* What a fortified build calls. */
int __open_2(const char *path, int flags) { return (int)open_at(AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return (int)open_at(AT_FDCWD, path, flags, 0); }

ssize_t write(int fd, const void *data, size_t size) {
  return write_some(k_write, fd, data, size, 0);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  return write_some(k_pwrite64, fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off_t at) {
  return write_some(k_pwrite64, fd, data, size, at);
}

static long bytes_in(const struct iovec *parts, int count) {
  long bytes = 0;
  for (int i = 0; i < count; ++i) bytes += (long)parts[i].iov_len;
  return bytes;
}

/* A short one writes its first part, or half of it when there is only one. */
static ssize_t short_vector(int fd, const struct iovec *parts, int count) {
  struct iovec part = parts[0];
  if (count == 1) part.iov_len /= 2;
  return syscall(SYS_writev, fd, &part, 1);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  enum action action = judge_file(k_writev, fd, bytes_in(parts, count));
  if (action == short_write || action == kill_half) {
    ssize_t done = short_vector(fd, parts, count);
    if (action == kill_half) die();
    return done;
  }
  END_CALL(action, 1, syscall(SYS_writev, fd, parts, count));
}

static ssize_t write_vector_at(int fd, const struct iovec *parts, int count, off_t at, int flags) {
  unsigned long position = (unsigned long)at;
  END_CALL(judge_file(k_pwritev, fd, bytes_in(parts, count)), 1,
           syscall(SYS_pwritev2, fd, parts, (long)count, position, position >> 32, flags));
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
  return write_vector_at(fd, parts, count, at, 0);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t at) {
  return write_vector_at(fd, parts, count, at, 0);
}
ssize_t pwritev2(int fd, const struct iovec *parts, int count, off_t at, int flags) {
  return write_vector_at(fd, parts, count, at, flags);
}

int fsync(int fd) { END_CALL(judge_file(k_fsync, fd, 0), 0, syscall(SYS_fsync, fd)); }
int fdatasync(int fd) { END_CALL(judge_file(k_fdatasync, fd, 0), 0, syscall(SYS_fdatasync, fd)); }

int ftruncate(int fd, off_t size) {
  END_CALL(judge_file(k_ftruncate, fd, (long)size), 1, syscall(SYS_ftruncate, fd, size));
}
int ftruncate64(int fd, off_t size) { return ftruncate(fd, size); }

int unlink(const char *path) {
  END_CALL(judge_path(k_unlink, path), 0, syscall(SYS_unlinkat, AT_FDCWD, path, 0));
}
int mkdir(const char *path, mode_t mode) {
  END_CALL(judge_path(k_mkdir, path), 1, syscall(SYS_mkdirat, AT_FDCWD, path, mode));
}
int rename(const char *from, const char *to) {
  END_CALL(judge_path(k_rename, to), 1,
           syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}
int link(const char *from, const char *to) {
  END_CALL(judge_path(k_link, to), 1, syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
}
int sync_file_range(int fd, off64_t from, off64_t bytes, unsigned flags) {
  END_CALL(judge_file(k_sync_file_range, fd, (long)bytes), 1,
           syscall(SYS_sync_file_range, fd, from, bytes, flags));
}
int fallocate(int fd, int mode, off_t from, off_t bytes) {
  END_CALL(judge_file(k_fallocate, fd, (long)bytes), 1,
           syscall(SYS_fallocate, fd, mode, from, bytes));
}
int fallocate64(int fd, int mode, off64_t from, off64_t bytes) {
  return fallocate(fd, mode, from, bytes);
}
