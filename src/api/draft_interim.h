// What a client of the draft hears before its answer: 104 (Upload Resumption Supported).
#pragma once

#include <optional>
#include <string>

#include "api/draft_fields.h"
#include "api/router.h"
#include "base/env.h"
#include "core/live.h"

namespace tapedeck::api {

/// For one request, which must outlive it. Says nothing to who did not name a version that we know.
class DraftInterim {
 public:
  DraftInterim(Env& env, Call& call, const Draft& draft) : env_(env), call_(call), draft_(draft) {}

  /// Where the upload is: the client can go on there from now on.
  Task<void> offer(std::string location, std::string limits);

  /// Tells each offset, at most once a second. Must not outlive this.
  OnDurable progress();

 private:
  Task<void> tell(ByteCount offset);
  Task<void> inform(http::Response response);

  Env& env_;
  Call& call_;
  const Draft draft_;
  std::string location_;         // of the offer; an append has none
  std::optional<Time> told_at_;  // the last offset
};

}  // namespace tapedeck::api
