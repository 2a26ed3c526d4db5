// AWS Signature Version 4: proves that a call comes from whoever has the secret key, and that
// nobody changed it on the way. Pure.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/time.h"
#include "http/client.h"
#include "store/aws_credentials.h"

namespace tapedeck {

struct SigningScope {
  std::string region;
  std::string service;  // "s3" has rules of its own: its paths are taken as they are
};

/// In place of a payload's digest, where S3 is to take whatever comes.
inline constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";

/// Adds (or replaces) X-Amz-Date, X-Amz-Security-Token, for S3 X-Amz-Content-Sha256, and an
/// Authorization that covers the method, the target, `host` and all fields that are there now: add
/// nothing afterwards. `payload_sha256_hex` is the body's digest in lower case, which the service
/// compares.
///
/// For S3 the target's path must be encoded as http::percent_encode does it, "/" apart.
void sign_request(http::ClientRequest& request, const std::string& host, const SigningScope& scope,
                  const AwsCredentials& credentials, std::string_view payload_sha256_hex, Time now);

/// A call that somebody else will make, without the keys.
struct Presigning {
  std::string method = "GET";
  std::string target = "/";  // as for sign_request
  http::Fields fields;       // whoever calls must send exactly these
  std::chrono::seconds lifetime{900};
};

/// The target with its permission in the query. Temporary credentials end it early, when they
/// expire.
std::string presign(const Presigning& call, const std::string& host, const SigningScope& scope,
                    const AwsCredentials& credentials, Time now);

}  // namespace tapedeck
