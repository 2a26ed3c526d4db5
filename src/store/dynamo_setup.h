// A table for facts: making it, and knowing whether it is fit for us, in the words of our settings.
#pragma once

#include "base/env.h"
#include "store/aws_complaint.h"
#include "store/dynamo_client.h"
#include "store/s3_setup.h"

namespace tapedeck {

/// The way to a table, and what it is called. Owns nothing; `client` is over `aws`.
struct DynamoPlace {
  AwsClient& aws;
  DynamoClient& client;
  const AwsPlace& place;
};

/// As make_dynamo_table. Throws as check_dynamo_setup.
Task<SetupStep> make_dynamo_setup(const DynamoPlace& at, Env& env);

/// Throws Error{invalid} for wrong keys or region, a table that is not there, or a clock that is
/// off; conflict as check_dynamo_table; unavailable when the service does not answer. Says which
/// setting, and the cure.
Task<void> check_dynamo_setup(const DynamoPlace& at, Env& env);

}  // namespace tapedeck
