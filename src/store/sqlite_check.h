// SQLite's own check of a database file.
#pragma once

#include <string>
#include <vector>

namespace tapedeck {

/// What `PRAGMA quick_check` finds wrong with the database at `path`, at most 20 things; empty when
/// it is sound. A file that cannot be opened or read is one thing found. Reads all of it, and
/// changes nothing: also beside a server, which goes on writing. Blocks.
std::vector<std::string> check_database(const std::string& path);

}  // namespace tapedeck
