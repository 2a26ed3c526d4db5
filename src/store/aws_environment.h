// What the environment says to every program that calls AWS. Only main reads it.
#pragma once

#include <string>

namespace tapedeck {

/// Each is empty when it is not set.
struct AwsEnvironment {
  std::string access_key_id;      // AWS_ACCESS_KEY_ID
  std::string secret_access_key;  // AWS_SECRET_ACCESS_KEY
  std::string session_token;      // AWS_SESSION_TOKEN
  std::string profile;            // AWS_PROFILE
  std::string credentials_file;   // AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials
  std::string container_url;    // AWS_CONTAINER_CREDENTIALS_FULL_URI or …_RELATIVE_URI, made whole
  std::string container_token;  // AWS_CONTAINER_AUTHORIZATION_TOKEN
  std::string container_token_file;        // AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE
  bool instance_disabled = false;          // AWS_EC2_METADATA_DISABLED
  std::string region;                      // AWS_REGION, else AWS_DEFAULT_REGION
  std::string certificate_authority_file;  // AWS_CA_BUNDLE
};

}  // namespace tapedeck
