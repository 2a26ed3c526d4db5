#include "main/wiring.h"

#include <algorithm>
#include <thread>

#include "base/env.h"
#include "base/pool.h"
#include "base/run_task.h"
#include "core/direct_uploads.h"
#include "core/signer.h"
#include "core/uploads.h"
#include "main/chores.h"
#include "main/stores.h"
#include "main/version.h"
#include "store/guarded_catalog.h"

namespace tapedeck {

namespace {

constexpr std::size_t password_threads = 4;  // each holds 64 MiB while it hashes
constexpr std::size_t chore_threads = 2;
constexpr std::size_t chores_waiting_max = 16;

constexpr ByteCount s3_segment_bytes_max = 8 * MiB;  // one PutObject each: S3Blobs' part

/// Throws conflict for a catalog that is not whole.
std::shared_ptr<Catalog> guarded(std::shared_ptr<Catalog> catalog, Env& env) {
  if (run_task(catalog->find_mode()) == CatalogMode::filling) {
    throw Error(Fault::conflict,
                "`tapedeck copy` to here has begun and not ended: not everything is here. Run it "
                "again, to its end.");
  }
  return std::make_shared<GuardedCatalog>(std::move(catalog), env);
}

std::string signing_secret(Catalog& catalog, Env& env) {
  std::array<unsigned char, 32> random{};
  env.fill_random(random);
  std::string proposed(random.begin(), random.end());
  const std::string name = "signing";  // Stored. Do not change.
  return run_task(catalog.find_or_add_secret(name, proposed));
}

Accounts::Options account_options(const Config& config) {
  Accounts::Options options;
  options.signup = signup_in_force(config);
  options.quota_bytes = config.quota;
  return options;
}

Live::Options live_options(const Config& config) {
  Live::Options options;
  options.recording_bytes_max = config.recording_bytes_max;
  options.recording_time_max = config.recording_time_max;
  options.live_max = config.live_max;
  options.finish_after = config.finish_after;
  options.free_bytes_min = config.free_bytes_min;
  if (config.blobs == BlobsChoice::s3) options.segment_bytes_max = s3_segment_bytes_max;
  return options;
}

Uploads::Options upload_options(const Config& config) {
  Uploads::Options options;
  options.resumable_time = config.resumable_time;
  return options;
}

Recordings::Options recording_options(const Config& config, std::function<void()> on_create) {
  Recordings::Options options;
  options.trash_time = std::chrono::days(config.trash_days);
  options.on_create = std::move(on_create);
  return options;
}

Sweeper::Options sweeper_options(const Config& config,
                                 std::function<void(const SweepReport&)> on_sweep) {
  Sweeper::Options options;
  options.on_sweep = std::move(on_sweep);
  options.trash_time = std::chrono::days(config.trash_days);
  options.finish_after = config.finish_after;
  options.resumable_time = config.resumable_time;
  return options;
}

}  // namespace

struct Wiring::Inside {
  Inside(const Config& config, Log& the_log, Observers observers)
      : log(the_log),
        stores(open_stores(config, env, log)),
        catalog(guarded(stores.catalog, env)),
        blobs(stores.blobs),
        password_pool({"password", password_threads}),
        signer(signing_secret(*catalog, env)),
        accounts(*catalog, password_pool, env, account_options(config)),
        live(*catalog, *blobs, env, live_options(config)),
        recordings(*catalog, *blobs, env, live,
                   recording_options(config, std::move(observers.on_create))),
        uploads(*catalog, *blobs, env, live, accounts, recordings, upload_options(config)),
        direct(*catalog, *blobs, env, live, uploads, {}),
        sweeper(*catalog, *blobs, env, log, sweeper_options(config, std::move(observers.on_sweep))),
        chores({"chores", chore_threads, chores_waiting_max}),
        admin(admin_parts(config)) {}

  api::AdminParts admin_parts(const Config& config) {
    api::AdminParts parts{accounts, *catalog, *blobs, env, log, chores};
    parts.sweep = make_sweep_job(sweeper);
    parts.verify = make_verify_job(*catalog, *blobs, env);
    parts.check_catalog = make_catalog_check_job(stores.database);
    parts.backup = make_backup_job(config);
    parts.version = program_version;
    parts.default_quota_bytes = config.quota;
    return parts;
  }

  // In the order of construction. A pool outlives whatever posts to it and waits for an answer; the
  // chores' jobs use all before them, so that pool is joined first.
  Log& log;
  SystemEnv env;
  Stores stores;
  const std::shared_ptr<Catalog> catalog;
  const std::shared_ptr<Blobs> blobs;
  Pool password_pool;
  Signer signer;
  Accounts accounts;
  Live live;
  Recordings recordings;
  Uploads uploads;
  DirectUploads direct;
  Sweeper sweeper;
  Pool chores;
  api::Admin admin;
};

Wiring::Wiring(const Config& config, Log& log, Observers observers)
    : inside_(std::make_unique<Inside>(config, log, std::move(observers))) {}
Wiring::~Wiring() = default;

api::Parts Wiring::api_parts() {
  auto& parts = *inside_;
  return {parts.accounts, parts.recordings, parts.uploads, parts.direct, *parts.catalog,
          *parts.blobs,   parts.signer,     parts.env,     parts.log};
}

api::Admin& Wiring::admin() {
  return inside_->admin;
}
Accounts& Wiring::accounts() {
  return inside_->accounts;
}
Catalog& Wiring::catalog() {
  return *inside_->catalog;
}
Blobs& Wiring::blobs() {
  return *inside_->blobs;
}
Sweeper& Wiring::sweeper() {
  return inside_->sweeper;
}

Wiring::QueueLengths Wiring::queue_lengths() const {
  const auto& parts = *inside_;
  return {parts.stores.disk_jobs_waiting(), parts.password_pool.waiting(), parts.chores.waiting()};
}

bool Wiring::holds_folder() const {
  return inside_->stores.folder != nullptr;
}

bool Wiring::has_lost_its_catalog() {
  if (!run_task(inside_->accounts.is_new())) return false;
  auto page = run_task(inside_->blobs->list(std::nullopt, 1));
  return !page.keys.empty() || page.next;
}

}  // namespace tapedeck
