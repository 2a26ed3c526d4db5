#include "base/env.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <boost/asio/steady_timer.hpp>
#include <sys/random.h>

#include "base/check.h"

namespace tapedeck {

Time SystemEnv::now() {
  return std::chrono::floor<Millis>(std::chrono::system_clock::now());  // tidy: the one clock
}

namespace {

/// The kernel's random bytes, asked for in advance: every request takes ten for its id. What was
/// given is not kept.
class RandomSupply {
 public:
  void take(std::span<unsigned char> into) {
    if (left_.size() < into.size()) {
      auto got = getrandom(bytes_.data(), bytes_.size(), 0);
      MUST(got == static_cast<ssize_t>(bytes_.size()));
      left_ = bytes_;
    }
    auto given = left_.last(into.size());
    left_ = left_.first(left_.size() - into.size());
    std::copy(given.begin(), given.end(), into.begin());
    explicit_bzero(given.data(), given.size());
  }

  // Up to 256 bytes getrandom never returns short (getrandom(2)).
  static constexpr std::size_t bytes_max = 256;

 private:
  std::array<unsigned char, bytes_max> bytes_;
  std::span<unsigned char> left_;
};

}  // namespace

void SystemEnv::fill_random(std::span<unsigned char> bytes) {
  thread_local RandomSupply supply;
  while (!bytes.empty()) {
    auto piece = bytes.first(std::min(bytes.size(), RandomSupply::bytes_max));
    supply.take(piece);
    bytes = bytes.subspan(piece.size());
  }
}

Task<void> SystemEnv::sleep(Millis duration) {
  auto executor = co_await asio::this_coro::executor;
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>, Executor>
      timer(executor, duration);
  co_await timer.async_wait(use_task);
}

}  // namespace tapedeck
