// Wiring: makes every part in order, on the stores that were chosen (stores.h), and takes them down
// in the opposite one.
#pragma once

#include <functional>
#include <memory>

#include "api/admin.h"
#include "api/api.h"
#include "base/log.h"
#include "core/sweeper.h"
#include "main/config.h"
#include "main/rules.h"

namespace tapedeck {

/// All parts of one server, or of one command that works on the stores. Holds the data folder's
/// lock, if anything is stored there. Tasks that use the parts must have ended before it does.
class Wiring {
 public:
  using Observers = tapedeck::Observers;

  /// Blocks. Throws as open_stores.
  Wiring(const Config& config, Log& log, Observers observers = {});
  ~Wiring();
  Wiring(const Wiring&) = delete;
  Wiring& operator=(const Wiring&) = delete;

  api::Parts api_parts();
  api::Admin& admin();
  Accounts& accounts();
  Catalog& catalog();
  Blobs& blobs();
  Sweeper& sweeper();

  /// Jobs that wait for a thread of each pool.
  struct QueueLengths {
    std::size_t disk = 0;
    std::size_t passwords = 0;
    std::size_t chores = 0;
  };
  QueueLengths queue_lengths() const;

  /// Whether the data folder is locked: something is stored there.
  bool holds_folder() const;

  /// True when the catalog knows no account while blobs exist: then it is not the catalog of these
  /// blobs, and a sweep would erase them as garbage.
  bool has_lost_its_catalog();

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace tapedeck
