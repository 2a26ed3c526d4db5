#include "base/together.h"

#include <utility>

#include "base/spawn.h"
#include "base/suspend.h"

namespace tapedeck {

namespace {

/// In the frame of the one who waits, which is there until the last one has ended.
struct Gathering {
  std::size_t left = 0;
  std::exception_ptr failure;
  Job resume;

  void end(const std::exception_ptr& thrown) {
    if (thrown && !failure) failure = thrown;
    if (--left == 0) std::exchange(resume, Job())();
  }
};

}  // namespace

Task<void> run_together(std::vector<Task<void>> tasks) {
  if (tasks.empty()) co_return;
  auto executor = co_await asio::this_coro::executor;
  Gathering gathering;
  gathering.left = tasks.size();
  auto start = [&](Job resume) {
    gathering.resume = std::move(resume);
    for (auto& task : tasks) {
      auto ended = [&gathering](const std::exception_ptr& thrown) { gathering.end(thrown); };
      spawn(executor, std::move(task), ended);
    }
  };
  co_await suspend(start);
  if (gathering.failure) std::rethrow_exception(gathering.failure);
}

}  // namespace tapedeck
