#include "main/lambda_instance.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tapedeck::lambda {

namespace {

constexpr std::chrono::milliseconds start_again_after{500};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// This process's variables, those that are given in front: the first of a name counts.
std::vector<std::string> environment_with(std::vector<std::string> texts) {
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    texts.emplace_back(*entry);
  }
  return texts;
}

std::string describe_end(int status) {
  if (WIFSIGNALED(status)) return fmt::format("killed by signal {}", WTERMSIG(status));
  return fmt::format("exit status {}", WEXITSTATUS(status));
}

}  // namespace

Instance::Instance(Options options, std::function<void(const std::string&)> on_end, Log& log)
    : options_(std::move(options)),
      on_end_(std::move(on_end)),
      log_(log),
      thread_([this] { run(); }) {}

Instance::~Instance() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  kill_now();
  thread_.join();
}

void Instance::kill_now() {
  std::lock_guard lock(mutex_);
  if (process_ > 0) kill(process_, SIGKILL);
}

/// Gives -1 when it cannot be started.
pid_t Instance::start() {
  auto program = options_.program;
  std::array<char*, 2> arguments{program.data(), nullptr};
  auto texts = environment_with(options_.environment);
  auto environment = pointers_to(texts);
  pid_t process = -1;
  auto failed = posix_spawn(&process, program.c_str(), nullptr, nullptr, arguments.data(),
                            environment.data());
  if (failed == 0) return process;
  log_.error("the function cannot be started",
             {{"program", program}, {"detail", std::strerror(failed)}});
  return -1;
}

/// Before the next start; false: there is none.
bool Instance::pause() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, start_again_after, [this] { return stopping_; });
  return !stopping_;
}

void Instance::run() {
  do {
    pid_t process = -1;
    {
      std::lock_guard lock(mutex_);
      if (stopping_) return;
      process = start();
      process_ = process;
    }
    if (process < 0) continue;
    siginfo_t end{};
    // It is looked at before it is reaped, so that kill_now() cannot hit another process.
    while (waitid(P_PID, static_cast<id_t>(process), &end, WEXITED | WNOWAIT) != 0 &&
           errno == EINTR) {
    }
    int status = 0;
    {
      std::lock_guard lock(mutex_);
      waitpid(process, &status, 0);
      process_ = -1;
      if (stopping_) return;
    }
    on_end_(describe_end(status));
  } while (pause());
}

}  // namespace tapedeck::lambda
