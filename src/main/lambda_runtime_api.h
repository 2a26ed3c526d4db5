// Lambda's Runtime API, version 2018-06-01: where events come from and answers go to.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/byte_source.h"
#include "base/time.h"
#include "http/client.h"

namespace tapedeck::lambda {

struct Invocation {
  std::string request_id;  // Lambda's; letters, digits and "-"
  std::string trace_id;    // X-Ray's; may be empty
  Time deadline;           // then the process is killed
  std::string event;
};

/// "127.0.0.1:9001", the value of AWS_LAMBDA_RUNTIME_API. Nothing for anything else.
std::optional<http::Origin> parse_runtime_api(std::string_view text);

/// One conversation with the Runtime API; for the tasks of one io_context. Every call throws
/// Error{unavailable}, saying what came instead, when the API breaks off or answers with what it
/// may not: the process cannot go on then.
class RuntimeApi {
 public:
  explicit RuntimeApi(http::Origin origin);

  /// Waits for the next event, for ever: between two the process may be frozen.
  Task<Invocation> next();

  /// A buffered answer. False: the API refused its size (413); report an error instead.
  Task<bool> respond(const Invocation& invocation, std::string answer);

  /// A streamed answer, prelude included. Throws what the body throws: the client then gets an
  /// answer that breaks off.
  Task<void> stream(const Invocation& invocation, ByteSource& answer);

  /// This event could not be answered at all; Lambda counts it as an error of the function.
  Task<void> fail(const Invocation& invocation, std::string_view type, std::string_view what);

  /// The program could not be started.
  Task<void> fail_init(std::string_view type, std::string_view what);

 private:
  Task<int> post(std::string target, http::Fields fields, std::string body);
  Task<void> post_error(std::string target, std::string_view type, std::string_view what);

  http::Client client_;
};

}  // namespace tapedeck::lambda
