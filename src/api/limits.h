// Limits by address: how often one client may ask.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"

namespace tapedeck::api {

/// A token bucket for each address: a minute's worth at once, then evenly. Safe for concurrent use.
///
/// Holds at most `addresses_max` addresses; the ones that asked least recently are forgotten, which
/// errs on the side of letting them in.
class AddressLimit {
 public:
  explicit AddressLimit(std::uint32_t per_minute, std::size_t addresses_max = 100'000);

  /// Counts one request. Nothing when it is allowed; else how long to wait. Loopback addresses and
  /// the empty one are not limited: there a proxy or the admin speaks for many.
  std::optional<std::chrono::seconds> take(std::string_view address, Time now);

  /// Addresses remembered now.
  std::size_t size();

 private:
  struct Bucket {
    std::int64_t left = 0;  // in thousandths of a request
    Time filled_at;
  };
  using Buckets = std::unordered_map<std::string, Bucket>;

  Bucket& find_bucket(std::string key, Time now);

  const std::uint32_t per_minute_;
  const std::size_t generation_max_;

  std::mutex mutex_;
  Buckets young_;  // Guarded by mutex_. Asked since the last change of generations.
  Buckets old_;    // Guarded by mutex_.
};

/// What counts as one client: an IPv4 address, or the /64 of an IPv6 one; empty for loopback.
std::string client_key(std::string_view address);

}  // namespace tapedeck::api
