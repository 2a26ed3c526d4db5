// World: one whole Tapedeck on a pair of stores, with a clock that a story can move.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/env.h"

namespace tapedeck::api {
class Api;
}

namespace tapedeck {
class Log;
}

namespace tapedeck::stories {

/// A clock that goes a millisecond further each time it is asked, and jumps when told to. Random
/// numbers are real.
class StoryEnv final : public Env {
 public:
  Time now() override;
  void fill_random(std::span<unsigned char> bytes) override;
  Task<void> sleep(Millis duration) override;
  void jump(Millis duration);

 private:
  SystemEnv system_;
  std::atomic<std::int64_t> jumped_{0};
};

enum class Stores { memory, files, cloud };

class World {
 public:
  /// `settings` are the story's "with" lines; throws std::runtime_error for one it does not know.
  World(Stores stores, const std::vector<std::string>& settings);
  ~World();

  api::Api& api();
  Log& log();
  void jump(Millis duration);
  void sweep();
  std::string invite();

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace tapedeck::stories
