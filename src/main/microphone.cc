#include "main/microphone.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

namespace tapedeck {

namespace {

using Arguments = std::vector<std::string>;
using Options = Microphone::Options;

Arguments arecord_arguments(const Options& options) {
  Arguments arguments{"-q", "--file-type=raw", "--format=S16_LE",
                      fmt::format("--rate={}", options.rate),
                      fmt::format("--channels={}", options.channels)};
  if (!options.device.empty()) arguments.push_back("--device=" + options.device);
  return arguments;
}

Arguments parec_arguments(const Options& options) {
  Arguments arguments{"--raw", "--format=s16le", "--latency-msec=100",
                      fmt::format("--rate={}", options.rate),
                      fmt::format("--channels={}", options.channels)};
  if (!options.device.empty()) arguments.push_back("--device=" + options.device);
  return arguments;
}

Arguments pw_record_arguments(const Options& options) {
  Arguments arguments{"--format=s16", fmt::format("--rate={}", options.rate),
                      fmt::format("--channels={}", options.channels)};
  if (!options.device.empty()) arguments.push_back("--target=" + options.device);
  arguments.emplace_back("-");
  return arguments;
}

struct Tool {
  const char* name;
  Arguments (*make_arguments)(const Options&);
};

constexpr std::array<Tool, 3> tools{{{"arecord", arecord_arguments},
                                     {"parec", parec_arguments},
                                     {"pw-record", pw_record_arguments}}};

// A tool that was told to end has two seconds for it.
constexpr int end_looks_max = 100;
constexpr useconds_t end_look_us = 20'000;

/// What posix_spawn is to do beside starting: our signals and terminal are not the tool's, which
/// hears of Ctrl-C from us alone.
class SpawnSettings {
 public:
  explicit SpawnSettings(int output) {
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigdefault(&attributes, &all);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

}  // namespace

Microphone::Microphone(const Options& options) {
  for (const auto& tool : tools) {
    if (start(tool.name, tool.make_arguments(options))) return;
  }
  throw Error(Fault::unavailable,
              "There is no tool to record with. Install one of the packages alsa-utils (arecord), "
              "pulseaudio-utils (parec) or pipewire-bin (pw-record), or pipe audio into `tapedeck "
              "record -`.");
}

/// False when it is not installed.
bool Microphone::start(const std::string& tool, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), tool);
  std::vector<char*> words;
  for (auto& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);

  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw Error(Fault::unavailable, fmt::format("No pipe: {}.", std::strerror(errno)));
  }
  http::Descriptor output(ends[0]);
  http::Descriptor input(ends[1]);
  SpawnSettings settings(input.number());
  auto failed = posix_spawnp(&process_, tool.c_str(), &settings.actions, &settings.attributes,
                             words.data(), environ);
  if (failed == 0) {
    tool_ = tool;
    output_ = std::move(output);
    return true;
  }
  process_ = -1;
  if (failed == ENOENT) return false;
  throw Error(Fault::unavailable,
              fmt::format("{} cannot be started: {}.", tool, std::strerror(failed)));
}

Microphone::~Microphone() {
  if (process_ < 0) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

void Microphone::stop() const {
  if (process_ >= 0) kill(process_, SIGINT);
}

bool Microphone::wait() {
  int status = 0;
  for (int looks = 0; looks < end_looks_max; ++looks) {
    auto ended = waitpid(process_, &status, WNOHANG);
    if (ended != 0) {
      process_ = -1;
      return ended > 0 && status == 0;
    }
    usleep(end_look_us);
  }
  return false;  // the destructor kills it
}

}  // namespace tapedeck
