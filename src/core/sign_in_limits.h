// How often a username's password may be guessed.
#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/time.h"

namespace tapedeck {

/// Counts failed sign-ins by name, in this process only. After `failures_max` in a row one more try
/// is let through each window / failures_max, so an owner under attack waits minutes, not for ever.
///
/// Safe for concurrent use. Remembers at most `names_max` names; the one charged longest ago is
/// forgotten first. To push a name out costs an attacker names_max password hashes.
class SignInLimits {
 public:
  struct Options {
    std::uint32_t failures_max = 10;
    Millis window{};
    std::size_t names_max = 100'000;
  };

  explicit SignInLimits(Options options) : options_(options) {}

  /// Counts a try as failed before it is made, so that tries at the same time cannot pass together.
  /// Nothing: go on. Else how long to wait; that try is not counted.
  std::optional<Millis> charge(const std::string& name, Time now);
  /// The password was right: all is forgiven.
  void forgive(const std::string& name);
  std::size_t size() const;

 private:
  struct Entry {
    std::string name;
    Time paid_until;  // each failure moves it on by one interval; in the past: forgotten
  };
  using Entries = std::list<Entry>;  // charged longest ago first

  const Options options_;
  mutable std::mutex mutex_;
  Entries entries_;                                           // Guarded by mutex_.
  std::unordered_map<std::string, Entries::iterator> index_;  // Guarded by mutex_.
};

}  // namespace tapedeck
