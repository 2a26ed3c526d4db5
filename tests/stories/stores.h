// The pairs of stores that stories run on.
#pragma once

#include <memory>

#include "base/log.h"
#include "core/blobs.h"
#include "core/catalog.h"
#include "stories/world.h"

namespace tapedeck::stories {

/// A catalog and its blobs, new and empty. What they keep is gone with them.
class StorePair {
 public:
  virtual ~StorePair() = default;
  virtual Catalog& catalog() = 0;
  virtual Blobs& blobs() = 0;
};

/// `log` and `env`, the story's clock, must outlive the pair.
std::unique_ptr<StorePair> make_stores(Stores kind, Log& log, Env& env);

}  // namespace tapedeck::stories
