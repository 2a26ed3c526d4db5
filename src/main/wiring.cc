#include "main/wiring.h"

#include <algorithm>
#include <thread>

#include "base/env.h"
#include "base/pool.h"
#include "base/run_task.h"
#include "main/chores.h"
#include "main/stores.h"
#include "main/version.h"

namespace tapedeck {

namespace {

constexpr std::size_t chore_threads = 2;
constexpr std::size_t chores_waiting_max = 16;

}  // namespace

struct Wiring::Inside {
  Inside(const Config& config, Log& log, Observers observers)
      : stores(open_stores(config, env, log)),
        rules(config, stores.catalog, *stores.blobs, env, log, std::move(observers)),
        chores({"chores", chore_threads, chores_waiting_max}),
        admin(admin_parts(config)) {}

  api::AdminParts admin_parts(const Config& config) {
    api::AdminParts parts{rules.accounts, rules.catalog, rules.blobs, env, rules.log, chores};
    parts.sweep = make_sweep_job(rules.sweeper);
    parts.verify = make_verify_job(rules.catalog, rules.blobs, env);
    parts.check_catalog = make_catalog_check_job(stores.database);
    parts.backup = make_backup_job(config);
    parts.version = program_version;
    parts.default_quota_bytes = config.quota;
    return parts;
  }

  // In the order of construction. The chores' jobs use all before them, so that pool is joined
  // first.
  SystemEnv env;
  const Stores stores;
  Rules rules;
  Pool chores;
  api::Admin admin;
};

Wiring::Wiring(const Config& config, Log& log, Observers observers)
    : inside_(std::make_unique<Inside>(config, log, std::move(observers))) {}
Wiring::~Wiring() = default;

api::Parts Wiring::api_parts() {
  return inside_->rules.api_parts();
}

api::Admin& Wiring::admin() {
  return inside_->admin;
}
Accounts& Wiring::accounts() {
  return inside_->rules.accounts;
}
Catalog& Wiring::catalog() {
  return inside_->rules.catalog;
}
Blobs& Wiring::blobs() {
  return inside_->rules.blobs;
}
Sweeper& Wiring::sweeper() {
  return inside_->rules.sweeper;
}

Wiring::QueueLengths Wiring::queue_lengths() const {
  const auto& parts = *inside_;
  return {parts.stores.disk_jobs_waiting(), parts.rules.passwords.waiting(),
          parts.chores.waiting()};
}

bool Wiring::holds_folder() const {
  return inside_->stores.folder != nullptr;
}

bool Wiring::has_lost_its_catalog() {
  if (!run_task(inside_->rules.accounts.is_new())) return false;
  auto page = run_task(inside_->rules.blobs.list(std::nullopt, 1));
  return !page.keys.empty() || page.next;
}

}  // namespace tapedeck
