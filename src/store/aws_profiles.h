// The shared credentials file of the AWS tools (~/.aws/credentials). Pure.
#pragma once

#include <optional>
#include <string_view>

#include "store/aws_credentials.h"

namespace tapedeck {

/// The permanent or temporary keys of that profile; nothing when the file has no such profile, or
/// one without both keys. Unknown settings are passed over.
std::optional<AwsCredentials> find_profile(std::string_view file, std::string_view profile);

}  // namespace tapedeck
