// SlowSource: the body of a client that is live.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "base/byte_source.h"
#include "base/env.h"

namespace tapedeck {

/// A body that rests for a while before each chunk but the first.
class SlowSource final : public ByteSource {
 public:
  SlowSource(std::string bytes, std::size_t chunk_bytes, Env& env)
      : inner_(std::move(bytes), chunk_bytes), env_(env) {}

  Task<ByteView> read() override {
    rested_ = false;
    co_return co_await inner_.read();
  }
  Task<bool> wait(std::chrono::milliseconds at_most) override {
    if (rested_) co_return true;
    rested_ = true;
    co_await env_.sleep(std::min<Millis>(at_most, std::chrono::seconds(1)));
    co_return false;
  }

 private:
  MemorySource inner_;
  Env& env_;
  bool rested_ = true;
};

}  // namespace tapedeck
