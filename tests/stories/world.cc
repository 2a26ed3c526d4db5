#include "stories/world.h"

#include <filesystem>
#include <stdexcept>

#include "api/api.h"
#include "base/log.h"
#include "base/pool.h"
#include "base/run_task.h"
#include "core/accounts.h"
#include "core/recordings.h"
#include "core/signer.h"
#include "core/sweeper.h"
#include "stories/stores.h"

namespace tapedeck::stories {

Time StoryEnv::now() {
  constexpr Time first{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} +
                       std::chrono::hours(10)};
  return first + Millis(jumped_.fetch_add(1) + 1);
}

void StoryEnv::fill_random(std::span<unsigned char> bytes) {
  system_.fill_random(bytes);
}

Task<void> StoryEnv::sleep(Millis duration) {
  jump(duration);
  co_await system_.sleep(Millis(1));  // what is waited for may be on this thread
}

void StoryEnv::jump(Millis duration) {
  jumped_ += duration.count();
}

namespace {

struct Settings {
  Accounts::Options accounts;
  Live::Options live;
  api::Options api;
};

Settings read_settings(const std::vector<std::string>& lines) {
  Settings settings;
  settings.accounts.password_cost = {.memory_bytes = 64 * 1024, .passes = 1};
  settings.api.version = "story";
  settings.api.sign_ins_per_minute = 0;
  for (auto& line : lines) {
    auto space = line.find(' ');
    auto name = line.substr(0, space);
    auto value = space == std::string::npos ? "" : line.substr(space + 1);
    if (name == "unverified-social-login") {
      settings.api.allow_unverified_social_login = true;
    } else if (name == "quota") {
      settings.accounts.quota_bytes = std::stoull(value);
    } else if (name == "invitations") {
      settings.accounts.signup = SignupMode::invite;
    } else if (name == "closed") {
      settings.accounts.signup = SignupMode::closed;
    } else if (name == "direct") {
      settings.api.direct_from_bytes = std::stoull(value);
    } else if (name == "largest") {
      settings.live.recording_bytes_max = std::stoull(value);
    } else if (name == "segments") {
      settings.live.segment_bytes_max = std::stoull(value);
    } else if (name == "origin") {
      settings.api.cors_origins = {value};
    } else {
      throw std::runtime_error("there is no setting '" + name + "'");
    }
  }
  return settings;
}

}  // namespace

struct World::Inside {
  Inside(Stores kind, const Settings& settings)
      : stores(make_stores(kind, log, env)),
        signer("a secret of thirty-two bytes: 32"),
        passwords(Pool::Options{.name = "password", .threads = 1, .queue_max = 64}),
        accounts(stores->catalog(), passwords, env, settings.accounts),
        live(stores->catalog(), stores->blobs(), env, settings.live),
        recordings(stores->catalog(), stores->blobs(), env, live, {}),
        uploads(stores->catalog(), stores->blobs(), env, live, accounts, recordings, {}),
        direct(stores->catalog(), stores->blobs(), env, live, uploads, {}),
        sweeper(stores->catalog(), stores->blobs(), env, log, sweeper_options()),
        api(api::Parts{accounts, recordings, uploads, direct, stores->catalog(), stores->blobs(),
                       signer, env, log},
            settings.api) {}

  static Sweeper::Options sweeper_options() {
    Sweeper::Options options;
    options.grace = Millis(0);
    return options;
  }

  StoryEnv env;
  Log log{Log::Options{.format = LogFormat::human, .level = LogLevel::error}};
  std::unique_ptr<StorePair> stores;
  Signer signer;
  Pool passwords;
  Accounts accounts;
  Live live;
  Recordings recordings;
  Uploads uploads;
  DirectUploads direct;
  Sweeper sweeper;
  api::Api api;
};

World::World(Stores stores, const std::vector<std::string>& settings)
    : inside_(std::make_unique<Inside>(stores, read_settings(settings))) {}

World::~World() = default;

api::Api& World::api() {
  return inside_->api;
}

Log& World::log() {
  return inside_->log;
}

void World::jump(Millis duration) {
  inside_->env.jump(duration);
}

void World::sweep() {
  run_task(inside_->sweeper.sweep());
}

std::string World::invite() {
  return run_task(inside_->accounts.invite(false));
}

}  // namespace tapedeck::stories
