#include "base/env.h"

#include <boost/asio/steady_timer.hpp>
#include <sys/random.h>

#include "base/check.h"

namespace tapedeck {

Time SystemEnv::now() {
  return std::chrono::floor<Millis>(std::chrono::system_clock::now());  // tidy: the one clock
}

void SystemEnv::fill_random(std::span<unsigned char> bytes) {
  // Up to 256 bytes getrandom never returns short (getrandom(2)).
  while (!bytes.empty()) {
    auto piece = bytes.first(std::min<std::size_t>(bytes.size(), 256));
    auto got = getrandom(piece.data(), piece.size(), 0);
    MUST(got == static_cast<ssize_t>(piece.size()));
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
