// What systemd and a service say to each other, without its library: socket activation
// (sd_listen_fds(3)) and readiness (sd_notify(3)).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tapedeck {

/// The listening sockets this process was started with; empty when it was not. Call once, before
/// threads: it removes LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES, so that no child takes them for
/// its own.
std::vector<int> take_inherited_sockets();

/// Where an inherited socket listens, as the setting `listen` would say it: "0.0.0.0:8080",
/// "[::]:8080" or "unix:PATH". Throws Error{invalid} for what is no such socket.
std::string listen_address_of(int socket);

/// Sends a state such as "READY=1" to NOTIFY_SOCKET. Nothing happens when there is none or nobody
/// listens: a server serves without systemd too.
void notify_systemd(std::string_view state);

}  // namespace tapedeck
