// What S3's answers mean to S3Blobs.
#pragma once

#include "base/error.h"
#include "store/aws_client.h"

namespace tapedeck {

/// What no caller of the port can do anything about: wrong keys, no such bucket, a full one.
Error refused(const AwsCall& call, const AwsAnswer& answer);

/// There is no such object, in a bucket that is there.
bool is_absent(const AwsAnswer& answer);

}  // namespace tapedeck
