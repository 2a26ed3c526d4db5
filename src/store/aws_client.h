// AwsClient: signed calls to one AWS service, sent again when that is worth it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "base/env.h"
#include "http/client_pool.h"
#include "store/aws_credentials.h"
#include "store/aws_retry.h"
#include "store/aws_signature.h"

namespace tapedeck {

/// One call. Lives until its answer.
struct AwsCall {
  std::string method = "GET";
  std::string target = "/";  // as for sign_request
  http::Fields fields;       // besides those of the signature
  ByteView body;             // must outlive the call; it is signed, so a damaged one is refused
  std::string body_sha256;   // of the body, in hexadecimal, where the caller has it; else empty
  /// Whether it may be sent again when an earlier attempt may have been done.
  bool repeatable = true;
  /// All attempts together. A streamed answer has no limit once it has begun, as long as it moves.
  Millis time_max{10'000};
  bool streamed = false;  // the body of a 2xx answer is left in `stream`
};

struct AwsAnswer {
  int status = 0;
  http::Fields fields;
  std::optional<ByteCount> body_bytes;  // as announced, also to HEAD
  std::string body;                     // whole; empty when it is left in `stream`
  std::unique_ptr<ByteSource> stream;   // null unless asked for and 2xx
  std::string code;                     // the service's error; may come with 200
  /// An earlier attempt of this call may have been done: "it exists already" may be our own doing.
  bool repeated = false;

  bool is_success() const { return status >= 200 && status < 300 && code.empty(); }
};

/// Safe for concurrent use. Owns nothing it is given; all must outlive it and its streams.
class AwsClient {
 public:
  struct Options {
    SigningScope scope;
    /// Reads the service's error code out of an answer; empty when it is none.
    std::function<std::string(const AwsAnswer&)> code_of;
    int attempts_max = 5;
    Millis pause_first{50};
    Millis pause_max{2'000};
    ByteCount answer_bytes_max = 16 * MiB;
  };

  AwsClient(Options options, http::Outbound& outbound, AwsCredentialSource& credentials, Env& env);

  /// The service's answer, also when it is an error that another attempt would not change. Throws
  /// unavailable with retry_after when there is none that counts after all attempts; whether the
  /// call was done is then unknown.
  Task<AwsAnswer> send(const AwsCall& call);

  /// A URL path with a permission, by the clock of the service. Throws as the credentials do.
  Task<std::string> presign(const Presigning& call);

 private:
  struct Attempt;
  Task<AwsAnswer> send_once(const AwsCall& call, Millis time_max);
  Task<void> try_once(const AwsCall& call, Attempt& attempt);
  Time service_time() const { return env_.now() + Millis{skew_.load()}; }
  bool correct_clock(const AwsAnswer& answer);

  const Options options_;
  http::Outbound& outbound_;
  AwsCredentialSource& credentials_;
  Env& env_;
  RetryBudget budget_;
  std::atomic<std::int64_t> skew_{0};  // milliseconds that the service's clock is ahead of ours
};

}  // namespace tapedeck
