// The real engine behind cloud_catalogs.h; the simulations have their own.
#include <cstdlib>

#include "base/check.h"
#include "conformance/cloud_catalogs.h"
#include "http/client_pool.h"

namespace tapedeck {

std::unique_ptr<http::Outbound> connect_to_dynamo() {
  const char* url = std::getenv("TEST_DYNAMODB");
  auto origin = http::parse_origin(url != nullptr ? url : "");
  MUST(origin);  // `./test cloud` starts an engine and names it
  return std::make_unique<http::ClientPool>(*origin, http::ClientPoolOptions{});
}

}  // namespace tapedeck
