// Env: all the nondeterminism that a test must own. Nothing else in the program asks the clock or
// draws random numbers.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "base/task.h"
#include "base/time.h"

namespace tapedeck {

/// Safe for concurrent use.
class Env {
 public:
  virtual ~Env() = default;

  virtual Time now() = 0;
  virtual void fill_random(std::span<unsigned char> bytes) = 0;  // from a CSPRNG
  virtual Task<void> sleep(Millis duration) = 0;
};

/// The real clock and the kernel's random numbers.
class SystemEnv final : public Env {
 public:
  Time now() override;
  void fill_random(std::span<unsigned char> bytes) override;
  Task<void> sleep(Millis duration) override;
};

}  // namespace tapedeck
