#include "base/byte_source.h"

#include <fmt/format.h>

#include "base/error.h"

namespace tapedeck {

Task<std::string> read_all(ByteSource& source, ByteCount bytes_max) {
  std::string all;
  for (;;) {
    auto chunk = co_await source.read();
    if (chunk.empty()) co_return all;
    if (all.size() + chunk.size() > bytes_max) {
      throw Error(Fault::too_large, fmt::format("The body may have at most {} bytes.", bytes_max));
    }
    all.append(chunk);
  }
}

}  // namespace tapedeck
