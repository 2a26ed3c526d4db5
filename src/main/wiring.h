// Wiring: the only place that chooses stores. It makes every part in order and takes them down in
// the opposite one.
#pragma once

#include <functional>
#include <memory>

#include "api/admin.h"
#include "api/api.h"
#include "base/log.h"
#include "core/sweeper.h"
#include "main/config.h"

namespace tapedeck {

/// All parts of one server, or of one command that works on a data folder. Holds the folder's lock.
/// Tasks that use the parts must have ended before it does.
class Wiring {
 public:
  /// Called for the metrics, on any thread. Either may be empty.
  struct Observers {
    std::function<void(const SweepReport&)> on_sweep;
    std::function<void()> on_create;
  };

  /// Opens the folder, making it when absent. Blocks. Throws Error{conflict} when another process
  /// uses it, and what the stores throw.
  Wiring(const Config& config, Log& log, Observers observers = {});
  ~Wiring();
  Wiring(const Wiring&) = delete;
  Wiring& operator=(const Wiring&) = delete;

  api::Parts api_parts();
  api::Admin& admin();
  Accounts& accounts();
  Blobs& blobs();
  Sweeper& sweeper();

  /// Jobs that wait for a thread of each pool.
  struct QueueLengths {
    std::size_t disk = 0;
    std::size_t passwords = 0;
    std::size_t chores = 0;
  };
  QueueLengths queue_lengths() const;

  /// True when the catalog knows no account while blobs exist: then it is not the catalog of these
  /// blobs, and a sweep would erase them as garbage.
  bool has_lost_its_catalog();

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace tapedeck
