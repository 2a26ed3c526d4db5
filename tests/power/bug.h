// Bug: what a seeded bug puts in the place of a part of the product.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/blobs.h"
#include "core/catalog.h"
#include "power/simulated_vfs.h"

namespace tapedeck::power {

/// The ports as the rules will see them, and what stands behind them.
struct Ports {
  Catalog* catalog = nullptr;
  Blobs* blobs = nullptr;
  std::string database;  // its path, and
  std::string vfs;       // the VFS that it is on
  std::vector<std::shared_ptr<void>> owned;

  template <class Part, class... Arguments>
  Part& own(Arguments&&... arguments) {
    auto part = std::make_shared<Part>(std::forward<Arguments>(arguments)...);
    owned.push_back(part);
    return *part;
  }
};

/// All empty: the product as it is. Until the power goes nothing of a bug shows.
struct Bug {
  std::string name;
  SimulatedDisk::Swallows swallows{};
  SimulatedVfs::Synchronous synchronous = SimulatedVfs::Synchronous::as_asked;
  std::function<std::unique_ptr<Disk>(Disk&)> disk_of_blobs{};
  std::function<void(Ports&)> ports{};
};

/// Those below the ports: syncs that are left out, or come at the wrong time.
std::vector<Bug> list_disk_bugs();
/// Those in what volumes do with the disk.
std::vector<Bug> list_volume_bugs();
/// Those above: facts and bytes in the wrong order.
std::vector<Bug> list_order_bugs();

}  // namespace tapedeck::power
