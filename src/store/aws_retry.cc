#include "store/aws_retry.h"

#include <array>
#include <cstring>

namespace tapedeck {

namespace {

using Codes = std::initializer_list<std::string_view>;

const Codes throttling{
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestLimitExceeded",
    "TooManyRequests",
    "TooManyRequestsException",
    "BandwidthLimitExceeded",
    "ProvisionedThroughputExceededException",
    "PriorRequestNotComplete",
};
const Codes skewing{"RequestTimeTooSkewed", "RequestExpired", "InvalidSignatureException"};
const Codes failing{
    "InternalError",  "InternalFailure",    "InternalServerError",
    "RequestTimeout", "ServiceUnavailable",
};

bool holds(Codes codes, std::string_view code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

}  // namespace

Again judge_answer(int status, std::string_view code) {
  if (holds(throttling, code) || status == 429) return Again::refused;
  if (holds(skewing, code)) return Again::skewed;
  if (holds(failing, code) || status >= 500 || status == 408) return Again::uncertain;
  return Again::no;
}

Millis pause_before_retry(int failed_attempts, Millis first, Millis max, Env& env) {
  auto limit = first;
  for (int i = 1; i < failed_attempts && limit < max; ++i) limit *= 2;
  limit = std::min(limit, max);
  std::array<unsigned char, sizeof(std::uint32_t)> bytes{};
  env.fill_random(bytes);
  std::uint32_t random = 0;
  std::memcpy(&random, bytes.data(), sizeof random);
  return Millis{random % static_cast<std::uint32_t>(limit.count() + 1)};
}

}  // namespace tapedeck
