// AwsCredentialChain: the keys from where the AWS tools look for them.
#pragma once

#include <memory>
#include <string>

#include "store/aws_environment.h"
#include "store/aws_role_credentials.h"

namespace tapedeck {

/// The first that there is: keys in the environment, the profile in the shared credentials file,
/// the container's endpoint, the instance's. Profiles that lead elsewhere (role_arn, sso) are not
/// followed. Keys of a file are read again within 15 minutes, those of a role before they expire.
class AwsCredentialChain final : public AwsCredentialSource {
 public:
  /// Looks at the file, blocking. Throws Error{invalid} for an environment that contradicts itself.
  /// `env` must outlive it.
  AwsCredentialChain(const AwsEnvironment& environment, Env& env);
  ~AwsCredentialChain() override;

  /// Throws unavailable, and says where the keys were looked for.
  Task<AwsCredentials> find() override;

  /// Where the keys are looked for, for people: "the profile default in ~/.aws/credentials".
  const std::string& place() const { return place_; }

 private:
  void choose(const AwsEnvironment& environment, Env& env);
  void ask_container(const AwsEnvironment& environment);

  std::string place_;
  std::unique_ptr<http::Outbound> outbound_;  // to an endpoint that gives keys
  std::unique_ptr<AwsCredentialSource> source_;
  std::unique_ptr<KeptCredentials> kept_;
};

}  // namespace tapedeck
