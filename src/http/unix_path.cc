#include "http/unix_path.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/error.h"

namespace tapedeck::http {

namespace {

constexpr std::size_t path_bytes_max = sizeof(sockaddr_un::sun_path) - 1;

}  // namespace

UnixPath::UnixPath(const std::string& path) : text_(path) {
  if (path.empty()) throw Error(Fault::invalid, "The path of the Unix socket is empty.");
  if (path.size() <= path_bytes_max) return;
  auto slash = path.rfind('/');
  auto folder = slash == std::string::npos ? std::string(".") : path.substr(0, slash + 1);
  auto name = slash == std::string::npos ? path : path.substr(slash + 1);
  folder_ = Descriptor(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder_) {
    throw Error(Fault::invalid,
                fmt::format("The folder of the Unix socket {}: {}.", path, std::strerror(errno)));
  }
  text_ = fmt::format("/proc/self/fd/{}/{}", folder_.number(), name);
  if (text_.size() > path_bytes_max) {
    throw Error(Fault::invalid,
                fmt::format("The file name of the Unix socket {} is too long.", path));
  }
}

bool listens_at(const std::string& path) {
  try {
    UnixPath reachable(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    reachable.text().copy(address.sun_path, path_bytes_max);
    Descriptor client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return ::connect(client.number(), reinterpret_cast<const sockaddr*>(&address),
                     sizeof address) == 0;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace tapedeck::http
