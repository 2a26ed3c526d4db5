#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace tapedeck {

void check_failed(const char* condition, std::source_location where) {
  std::fprintf(stderr, "%s:%u: mistake: MUST(%s) does not hold\n", where.file_name(), where.line(),
               condition);
  std::abort();
}

}  // namespace tapedeck
