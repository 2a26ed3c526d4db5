// The services that the settings name: whether they can be used, and making what lacks. All block.
#pragma once

#include <vector>

#include "main/cloud_stores.h"
#include "store/s3_setup.h"

namespace tapedeck {

/// Throws what makes the bucket, or the table, unfit: which setting, and the cure. Faults as
/// check_s3_bucket and check_dynamo_setup.
void check_bucket(const Config& config, S3Access& access, Env& env);
void check_table(const Config& config, DynamoAccess& access, Env& env);

/// Throws Error{conflict} when the bucket belongs to another catalog, whose audio ours would take
/// for garbage. A bucket that is nobody's yet is the catalog's from now on.
void claim_bucket(const Config& config, Catalog& catalog, const AwsKeys& keys, Env& env);

/// Makes those of the two stores that are services. What was done or found, in order. Throws as the
/// checks; safe to repeat.
std::vector<SetupStep> make_cloud_stores(const Config& config, Env& env);

}  // namespace tapedeck
