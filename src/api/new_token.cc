#include "api/new_token.h"

#include "api/answers.h"
#include "api/json_of.h"
#include "base/error.h"

namespace tapedeck::api {

namespace {

constexpr std::int64_t live_max = 1'000'000;
constexpr std::chrono::seconds lifetime_max = std::chrono::hours(24 * 365 * 100LL);

TokenLimits parse_limits(const json::object& body) {
  TokenLimits limits;
  if (auto bytes = find_integer(body, "max_bytes")) {
    if (*bytes < 1) throw Error(Fault::invalid, "The member \"max_bytes\" is a number above 0.");
    limits.recording_bytes_max = static_cast<ByteCount>(*bytes);
  }
  if (auto live = find_integer(body, "max_live")) {
    if (*live < 1 || *live > live_max) {
      throw Error(Fault::invalid, "The member \"max_live\" is a number from 1 to 1000000.");
    }
    limits.live_max = static_cast<std::uint32_t>(*live);
  }
  if (auto seconds = find_lifetime(body, "max_seconds", lifetime_max)) {
    limits.recording_time_max = *seconds;
  }
  return limits;
}

}  // namespace

NewToken parse_new_token(const json::object& body) {
  NewToken wanted;
  wanted.name = require_string(body, "name");
  auto scopes = find_strings(body, "scopes");
  if (!scopes || scopes->empty()) {
    throw Error(Fault::invalid, "Say in \"scopes\" what it may do: [\"read\"], for example.");
  }
  wanted.scopes = parse_scopes(*scopes);
  wanted.limits = parse_limits(body);
  if (auto lifetime = find_lifetime(body, "expires_in", lifetime_max)) wanted.lifetime = *lifetime;
  return wanted;
}

}  // namespace tapedeck::api
