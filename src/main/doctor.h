// The doctor: checks of a data folder, of the machine, and of a server that runs on them.
#pragma once

#include <string>
#include <vector>

#include "main/config.h"

namespace tapedeck {

struct Check {
  std::string name;
  bool good = false;
  std::string detail;  // what was found
  std::string cure;    // what to do; empty when it is good
};

/// Every check that applies, in the order they are shown. Writes one small file into the folder and
/// removes it; beside a server it makes an account for a moment, and removes it. Never throws for
/// what it finds.
std::vector<Check> examine(const Config& config);

/// The checks of folder and machine alone (doctor_folder.cc), which are few where nothing is stored
/// in the folder; of the services that are stores (doctor_cloud.cc); of a running server
/// (doctor_server.cc).
std::vector<Check> examine_folder(const Config& config, bool running);
std::vector<Check> examine_cloud(const Config& config);
std::vector<Check> examine_server(const Config& config);

}  // namespace tapedeck
