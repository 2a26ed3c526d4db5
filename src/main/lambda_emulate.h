// `tapedeck lambda emulate`: the packaged function on this machine.
#pragma once

#include <cstddef>
#include <string>

namespace tapedeck::lambda {

struct EmulateOptions {
  std::string listen = "localhost:9000";
  std::string events = "http";  // rest, http, url, url-buffered
  std::string stage;
  bool no_binary = false;
  std::size_t instances = 0;  // 0: one where the stores are in memory, else two
  std::string zip;            // empty: the bootstrap is run as it is
  std::string bootstrap;
  bool json_log = false;
};

/// Until SIGINT or SIGTERM; gives the exit code. The function has this process's environment, and
/// the limits of the gateway where it does not set them; without TAPEDECK_CATALOG it forgets all at
/// the end. Throws UsageError.
int emulate(const EmulateOptions& options);

}  // namespace tapedeck::lambda
