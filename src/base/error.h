// The one thrown type. Answers are returned, failures are thrown, mistakes are asserted.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace tapedeck {

/// Why a request ends without what it asked for. api/problem.cc maps each to an HTTP answer; no
/// other room names a status.
enum class Fault {
  invalid,              // the request contradicts itself or the rules; says what to change
  unauthenticated,      // no valid token
  forbidden,            // a valid token that may not do this
  not_found,            // absent, or somebody else's: the two look the same
  conflict,             // the thing is in another state than the request assumes
  precondition_failed,  // If-Match and its kin
  gone,                 // a cursor older than what is kept
  too_large,            // over a named limit of the server
  over_quota,           // over the account's own limit
  digest_mismatch,      // the bytes are not the ones the client described
  key_reused,           // an idempotency key that came with other bytes before
  limited,              // too many; come back after retry_after
  locked,               // another request is busy with it and does not let go
  storage_full,         // the disk is full or below its low-water mark
  read_only,            // what is stored is being moved elsewhere: nothing may change now
  unavailable,          // a part we need does not answer now
  timed_out,            // the client was too slow
  internal,             // our mistake; the log has the details
};

/// Ends a request (or a command). `what()` is the detail: for faults of the caller it is shown to
/// them and says what to do next; for `unavailable` and `internal` it goes to the log only.
class Error : public std::exception {
 public:
  Error(Fault fault, std::string detail) : fault_(fault), detail_(std::move(detail)) {}

  Fault fault() const { return fault_; }
  const char* what() const noexcept override { return detail_.c_str(); }

  /// Public facts that a client can act on; each is absent unless it applies.
  std::optional<std::chrono::seconds> retry_after;
  std::optional<std::uint64_t> bytes_left;  // over_quota: how much still fits
  std::optional<std::uint64_t> offset;      // conflict of an append: where the bytes end in truth

 private:
  Fault fault_;
  std::string detail_;
};

}  // namespace tapedeck
