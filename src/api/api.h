// Api: HTTP to core and back. It knows routes, callers and problems, not where bytes go.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/log.h"
#include "core/accounts.h"
#include "core/direct_uploads.h"
#include "core/recordings.h"
#include "core/signer.h"
#include "core/uploads.h"
#include "http/message.h"

namespace tapedeck::api {

struct Options {
  std::vector<std::string> cors_origins;       // exact origins, or "*"; empty: same origin only
  bool allow_unverified_social_login = false;  // the original's /login
  bool playback_by_redirect = false;           // where the store has URLs for players
  std::string version;                         // of the program
  std::uint32_t requests_per_minute = 6'000;   // per address, not counting bytes; 0: no limit
  std::uint32_t sign_ins_per_minute = 20;      // per address
  /// From so many bytes on clients are asked to send them directly to the store, where that can
  /// take them; nothing: never.
  std::optional<ByteCount> direct_from_bytes;
  /// What is in front of the server carries no larger body in one request. Clients are told, and
  /// what announces more is refused before it is read.
  std::optional<ByteCount> append_bytes_max;
  /// And no larger answer: more audio goes by a redirect where the store has a URL, else in ranges.
  std::optional<ByteCount> answer_bytes_max;
  bool follows_live = true;  // it passes on an answer that goes on while a recording grows
};

/// What a request may reach. All outlive the Api.
struct Parts {
  Accounts& accounts;
  Recordings& recordings;
  Uploads& uploads;
  DirectUploads& direct;
  Catalog& catalog;
  Blobs& blobs;
  const Signer& signer;
  Env& env;
  Log& log;
};

/// Safe for concurrent use.
class Api {
 public:
  Api(Parts parts, Options options);
  ~Api();

  /// Total: every request gets an answer, nothing escapes. Every answer has an X-Request-Id.
  Task<http::Response> serve(http::Request& request);

  /// /readyz says 503 from now on, so that a balancer looks elsewhere while requests finish.
  void begin_stopping();

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace tapedeck::api
