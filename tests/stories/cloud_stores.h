// The pair of stores that are services: a table and a bucket of one story's own, in the engines
// that ./test cloud starts.
#pragma once

#include <memory>

#include "base/env.h"
#include "stories/stores.h"

namespace tapedeck::stories {

/// Whether the environment names the engines.
bool has_cloud();

/// `env` is the story's clock, and must outlive the pair. Throws when there is no engine.
std::unique_ptr<StorePair> make_cloud_stores(Env& env);

}  // namespace tapedeck::stories
