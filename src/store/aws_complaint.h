// What a service's refusal means for whoever runs us, in the words of our settings. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"

namespace tapedeck {

/// A service as the settings name it.
struct AwsPlace {
  std::string service;   // "S3"
  std::string settings;  // what their names begin with: "s3"
  std::string endpoint;  // "https://s3.eu-west-1.amazonaws.com"
  std::string region;
  std::string thing;  // "the bucket tapes (s3_bucket)"
  std::string keys;   // where they come from
};

struct AwsRefusal {
  int status = 0;
  std::string code;    // the service's error
  std::string detail;  // its words
  std::string region;  // where the thing is, when the service says so
};

/// What is wrong, and the cure; in full sentences.
std::string explain_refusal(const AwsPlace& place, const AwsRefusal& refusal);

/// For a service that cannot be reached, or has no answer that counts; `why` is the client's.
std::string explain_silence(const AwsPlace& place, std::string_view why);

/// How far two clocks may differ: less than what the feed of changes holds back.
inline constexpr Millis clock_skew_max{30'000};
/// The difference is greater; else empty.
std::string explain_skew(const AwsPlace& place, Time service_time, Time our_time);

}  // namespace tapedeck
