// Temporary keys of the role that a machine or a container runs under.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "base/env.h"
#include "http/client_pool.h"
#include "store/aws_credentials.h"

namespace tapedeck {

/// Asks an endpoint that is local to the container (ECS, EKS):
/// AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or …_FULL_URI says where. Owns nothing it is given.
class ContainerCredentials final : public AwsCredentialSource {
 public:
  /// `authorization` is the content of AWS_CONTAINER_AUTHORIZATION_TOKEN, or empty.
  ContainerCredentials(http::Outbound& outbound, std::string target, std::string authorization)
      : outbound_(outbound), target_(std::move(target)), authorization_(std::move(authorization)) {}
  Task<AwsCredentials> find() override;

 private:
  http::Outbound& outbound_;
  const std::string target_;
  const std::string authorization_;
};

/// Asks the instance's metadata service, version 2 (http://169.254.169.254). Owns nothing it is
/// given.
class InstanceCredentials final : public AwsCredentialSource {
 public:
  explicit InstanceCredentials(http::Outbound& outbound) : outbound_(outbound) {}
  Task<AwsCredentials> find() override;

 private:
  http::Outbound& outbound_;
};

/// Remembers another source's keys, and asks for new ones before they expire. While there are valid
/// ones nobody waits but the one caller that asks, and a failure to ask does no harm.
class KeptCredentials final : public AwsCredentialSource {
 public:
  /// Owns nothing it is given.
  KeptCredentials(AwsCredentialSource& source, Env& env) : source_(source), env_(env) {}
  Task<AwsCredentials> find() override;

 private:
  enum class Age { fresh, ending, none };
  Age look(std::optional<AwsCredentials>& known);
  void keep(const AwsCredentials& found);

  AwsCredentialSource& source_;
  Env& env_;
  std::mutex mutex_;  // Guards what follows.
  std::optional<AwsCredentials> known_;
  Time ask_again_at_{};  // while they end: the next caller after this
};

}  // namespace tapedeck
