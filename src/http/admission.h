// Admission: how many connections there may be, in all and from one address.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "http/server.h"

namespace tapedeck::http {

/// Safe for concurrent use. Outlives its tickets.
class Admission {
 public:
  explicit Admission(const ServerLimits& limits)
      : total_max_(limits.connections), group_max_(limits.connections_per_address) {}

  /// Counts one connection while it lives.
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)), group_(std::move(other.group_)) {}
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket();

   private:
    friend class Admission;
    Ticket(Admission& admission, std::string group)
        : admission_(&admission), group_(std::move(group)) {}
    Admission* admission_;
    std::string group_;
  };

  /// Nothing when a limit is reached. An empty group is not limited by itself.
  std::optional<Ticket> admit(std::string group);

  std::size_t connections() const { return total_.load(std::memory_order_relaxed); }

 private:
  const std::size_t total_max_;
  const std::size_t group_max_;
  std::atomic<std::size_t> total_{0};
  std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> groups_;  // Guarded by mutex_.
};

}  // namespace tapedeck::http
