// Whose audio a bucket holds: the catalog that it belongs to is written down in it.
#pragma once

#include <string>

#include "store/s3_setup.h"

namespace tapedeck {

/// The id of the catalog that the bucket belongs to; `proposed` becomes it, durably, when there is
/// none yet. Of several that propose at one time, one. Throws as check_s3_bucket.
Task<std::string> find_or_set_owner(const S3Place& at, const std::string& proposed);

}  // namespace tapedeck
