// A bucket for audio: making it, and knowing whether it is fit for us.
#pragma once

#include <string>
#include <vector>

#include "base/env.h"
#include "store/aws_client.h"
#include "store/aws_complaint.h"
#include "store/s3_bucket.h"

namespace tapedeck {

/// One thing about a bucket or a table, as it is now.
struct SetupStep {
  enum class Outcome { made, kept, unsupported };
  std::string what;  // "bucket tapes"
  Outcome outcome = Outcome::kept;
  std::string detail;  // "no access for the public"
};

struct S3Wishes {
  int unfinished_days = 2;                // after which unfinished uploads go
  std::vector<std::string> cors_origins;  // pages that fetch and upload by themselves
};

/// The way to a bucket, and what it is called. Owns nothing.
struct S3Place {
  AwsClient& client;
  const S3Bucket& bucket;
  const AwsPlace& place;
};

/// Makes the bucket if there is none, closes it to the public, and sets our rules; what is right
/// already and what is others' stays. Safe to repeat. Throws as check_s3_bucket, and conflict for a
/// name that somebody else has.
Task<std::vector<SetupStep>> make_s3_bucket(const S3Place& at, const S3Wishes& wishes);

/// Throws Error{invalid} when the bucket cannot be used as it is set: wrong keys, region or name, a
/// clock that is off, no right to write, a bucket that is open to the public; unavailable when it
/// does not answer. Says which setting, and the cure. Writes one small object and erases it.
Task<void> check_s3_bucket(const S3Place& at, Env& env);

}  // namespace tapedeck
