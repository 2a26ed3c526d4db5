// What this program is.
#pragma once

namespace tapedeck {

/// "0.1.0"; the version of CMakeLists.txt.
extern const char* const program_version;

}  // namespace tapedeck
