#include "main/rules.h"

#include <array>
#include <utility>

#include "base/run_task.h"
#include "main/version.h"
#include "store/guarded_catalog.h"

namespace tapedeck {

namespace {

constexpr std::size_t password_threads = 4;          // each holds 64 MiB while it hashes
constexpr ByteCount s3_segment_bytes_max = 8 * MiB;  // one PutObject each: S3Blobs' part

std::shared_ptr<Catalog> guard(std::shared_ptr<Catalog> catalog, Env& env) {
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

Rules::Rules(const Config& config, std::shared_ptr<Catalog> whole_catalog, Blobs& the_blobs,
             Env& the_env, Log& the_log, Observers observers)
    : guarded(guard(std::move(whole_catalog), the_env)),
      catalog(*guarded),
      blobs(the_blobs),
      env(the_env),
      log(the_log),
      passwords({"password", password_threads}),
      signer(signing_secret(catalog, env)),
      accounts(catalog, passwords, env, account_options(config)),
      live(catalog, blobs, env, live_options(config)),
      recordings(catalog, blobs, env, live,
                 recording_options(config, std::move(observers.on_create))),
      uploads(catalog, blobs, env, live, accounts, recordings, upload_options(config)),
      direct(catalog, blobs, env, live, uploads, {}),
      sweeper(catalog, blobs, env, log, sweeper_options(config, std::move(observers.on_sweep))) {}

api::Parts Rules::api_parts() {
  return {accounts, recordings, uploads, direct, catalog, blobs, signer, env, log};
}

api::Options api_options(const Config& config) {
  api::Options options;
  options.cors_origins = config.cors_origins;
  options.allow_unverified_social_login = config.allow_unverified_social_login;
  options.playback_by_redirect = config.playback == PlaybackWay::redirect;
  options.version = program_version;
  options.requests_per_minute = config.requests_per_minute;
  options.direct_from_bytes = config.direct_from_bytes;
  options.append_bytes_max = config.append_bytes_max;
  options.answer_bytes_max = config.answer_bytes_max;
  options.follows_live = !config.answer_bytes_max || config.lambda_streaming;
  return options;
}

}  // namespace tapedeck
