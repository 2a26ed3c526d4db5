// When a call to AWS is sent again, and how soon.
#pragma once

#include <algorithm>
#include <atomic>
#include <string_view>

#include "base/env.h"

namespace tapedeck {

/// What an answer says about sending the same call again.
enum class Again {
  no,         // it is the answer
  refused,    // nothing was done: too many calls at once
  uncertain,  // it may have been done
  skewed,     // nothing was done: our clock is off
};

/// By the status and the service's error code (empty: none), of S3 and DynamoDB alike.
Again judge_answer(int status, std::string_view code);

/// Full jitter: a random time below a limit that doubles with each failed attempt (the first is 1).
Millis pause_before_retry(int failed_attempts, Millis first, Millis max, Env& env);

/// Keeps a service that is in trouble from being asked even more often: each retry costs, each
/// success gives a little back. When it is empty, failures are passed on at once.
///
/// Safe for concurrent use.
class RetryBudget {
 public:
  explicit RetryBudget(int tokens_max = 500) : tokens_max_(tokens_max), tokens_(tokens_max) {}

  /// Pays for one retry; false when it cannot be afforded.
  bool take() {
    auto tokens = tokens_.load();
    while (tokens >= retry_cost) {
      if (tokens_.compare_exchange_weak(tokens, tokens - retry_cost)) return true;
    }
    return false;
  }
  void give_back() {
    auto tokens = tokens_.load();
    while (tokens < tokens_max_ && !tokens_.compare_exchange_weak(tokens, tokens + 1)) {
    }
  }

 private:
  static constexpr int retry_cost = 5;
  const int tokens_max_;
  std::atomic<int> tokens_;
};

}  // namespace tapedeck
