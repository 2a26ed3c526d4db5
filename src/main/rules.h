// Rules: all that answers requests over a catalog and blobs, for whatever door they come through.
#pragma once

#include <functional>
#include <memory>

#include "api/api.h"
#include "base/pool.h"
#include "core/direct_uploads.h"
#include "core/signer.h"
#include "core/sweeper.h"
#include "main/config.h"

namespace tapedeck {

/// Called for the metrics, on any thread. Either may be empty.
struct Observers {
  std::function<void(const SweepReport&)> on_sweep;
  std::function<void()> on_create;
};

/// Tasks that use it must have ended before it does.
struct Rules {
  /// What it is given by reference outlives it. Blocks: reads the signing secret, or makes it.
  /// Throws conflict for a catalog that `tapedeck copy` has not filled to its end, and what the
  /// catalog throws.
  Rules(const Config& config, std::shared_ptr<Catalog> whole_catalog, Blobs& the_blobs,
        Env& the_env, Log& the_log, Observers observers);

  api::Parts api_parts();

  // In the order of construction. A pool outlives whatever posts to it and waits for an answer.
  const std::shared_ptr<Catalog> guarded;  // it can be made read-only
  Catalog& catalog;
  Blobs& blobs;
  Env& env;
  Log& log;
  Pool passwords;
  Signer signer;
  Accounts accounts;
  Live live;
  Recordings recordings;
  Uploads uploads;
  DirectUploads direct;
  Sweeper sweeper;
};

api::Options api_options(const Config& config);

}  // namespace tapedeck
