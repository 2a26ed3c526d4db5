// The rights that a server needs in AWS, as an IAM policy. Pure.
#pragma once

#include "base/json.h"
#include "main/config.h"

namespace tapedeck {

/// The least with which `serve` and all commands but `storage init` work on these stores. Empty
/// statements for stores that are not AWS's kind.
json::object make_storage_policy(const Config& config);

}  // namespace tapedeck
