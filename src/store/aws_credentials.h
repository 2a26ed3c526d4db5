// Where the AWS keys come from.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/task.h"
#include "base/time.h"

namespace tapedeck {

/// What signs a call. Secrets: never logged, never in a message.
struct AwsCredentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;       // empty with permanent keys
  std::optional<Time> expires_at;  // nothing: they stay
};

/// Safe for concurrent use. Must outlive the stores that ask it.
class AwsCredentialSource {
 public:
  virtual ~AwsCredentialSource() = default;

  /// Keys that are valid now. Throws unavailable when there are none, and says where they were
  /// looked for.
  virtual Task<AwsCredentials> find() = 0;
};

/// Keys that were handed in and never change.
class FixedCredentials final : public AwsCredentialSource {
 public:
  explicit FixedCredentials(AwsCredentials credentials) : credentials_(std::move(credentials)) {}
  Task<AwsCredentials> find() override { co_return credentials_; }

 private:
  const AwsCredentials credentials_;
};

}  // namespace tapedeck
