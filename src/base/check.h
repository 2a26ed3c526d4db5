// Checks for mistakes of ours. They stay on in release builds: a wrong program stops before it
// acknowledges anything.
#pragma once

#include <source_location>

namespace tapedeck {

[[noreturn]] void check_failed(const char* condition, std::source_location where);

}  // namespace tapedeck

/// Aborts with the place and the condition when it does not hold.
#define MUST(condition)                                                      \
  do {                                                                       \
    if (!(condition)) [[unlikely]]                                           \
      ::tapedeck::check_failed(#condition, std::source_location::current()); \
  } while (false)
