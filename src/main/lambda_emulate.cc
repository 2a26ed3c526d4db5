#include "main/lambda_emulate.h"

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <thread>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "http/descriptor.h"
#include "main/config.h"
#include "main/console.h"
#include "main/lambda_emulator.h"
#include "main/lambda_instance.h"
#include "main/lambda_package.h"
#include "main/lambda_zip.h"

namespace tapedeck::lambda {

namespace {

constexpr std::size_t instances_max = 100;
constexpr std::chrono::minutes clock_every{1};

struct Kind {
  Gateway gateway;
  bool streams;
};

Kind kind_of(const std::string& events) {
  if (events == "rest") return {Gateway::rest, false};
  if (events == "http") return {Gateway::http, false};
  if (events == "url") return {Gateway::url, true};
  if (events == "url-buffered") return {Gateway::url, false};
  throw UsageError("--events is rest, http, url or url-buffered.");
}

std::string read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) throw UsageError("The file " + path + " cannot be read.");
  return bytes;
}

/// The program of the zip, runnable without a file: it is in memory, under a name in /proc.
class Unpacked {
 public:
  explicit Unpacked(const std::string& zip) : file_(memfd_create("bootstrap", MFD_CLOEXEC)) {
    auto program = read_zip(read_whole(zip), bootstrap_name);
    auto written = write(file_.number(), program.data(), program.size());
    if (written != static_cast<ssize_t>(program.size())) {
      throw Error(Fault::unavailable, "There is no memory to unpack the zip into.");
    }
  }
  std::string path() const { return fmt::format("/proc/{}/fd/{}", getpid(), file_.number()); }

 private:
  http::Descriptor file_;
};

/// Its own value wins: the first of a name counts.
void add_default(std::vector<std::string>& environment, const char* name, const char* value) {
  if (!find_variable(name)) environment.push_back(fmt::format("{}={}", name, value));
}

/// What the templates set, and a store that needs nothing when none is named.
std::vector<std::string> environment_of(const std::string& runtime_api, bool streams) {
  std::vector<std::string> environment{"AWS_LAMBDA_RUNTIME_API=" + runtime_api,
                                       "AWS_LAMBDA_FUNCTION_NAME=tapedeck-emulated"};
  add_default(environment, "TAPEDECK_APPEND_BYTES_MAX", "4MiB");
  add_default(environment, "TAPEDECK_ANSWER_BYTES_MAX", streams ? "190MiB" : "4MiB");
  add_default(environment, "TAPEDECK_LAMBDA_STREAMING", streams ? "yes" : "no");
  add_default(environment, "TAPEDECK_CATALOG", "memory");
  add_default(environment, "TAPEDECK_BLOBS", "memory");
  add_default(environment, "TAPEDECK_SIGNUP", "open");
  return environment;
}

std::size_t instances_of(const EmulateOptions& options) {
  auto in_memory = !find_variable("TAPEDECK_CATALOG");
  if (in_memory && options.instances > 1) {
    throw UsageError("Without TAPEDECK_CATALOG each instance would remember other things; set it.");
  }
  if (options.instances > instances_max) throw UsageError("--instances is at most 100.");
  if (options.instances > 0) return options.instances;
  return in_memory ? 1 : 2;
}

Emulator::Options emulator_options(const EmulateOptions& options) {
  Emulator::Options emulator;
  emulator.listen = options.listen;
  emulator.instances = instances_of(options);
  emulator.gateway.gateway = kind_of(options.events).gateway;
  emulator.gateway.stage = options.stage;
  emulator.gateway.binary = !options.no_binary;
  return emulator;
}

/// All of a running emulator.
class Emulation {
 public:
  explicit Emulation(const EmulateOptions& options)
      : log_({options.json_log ? LogFormat::json : LogFormat::human, LogLevel::info}),
        emulator_(emulator_options(options), observers(), env_, log_) {
    if (!options.zip.empty()) unpacked_.emplace(options.zip);
    auto program = unpacked_ ? unpacked_->path() : options.bootstrap;
    serving_ = std::thread([this] { emulator_.run(); });
    auto streams = kind_of(options.events).streams;
    for (std::size_t i = 0; i < instances_of(options); ++i) {
      auto on_end = [this, i](const std::string& how) {
        log_.warning("the function ended", {{"instance", i}, {"how", how}});
        emulator_.forget(i);
      };
      Instance::Options instance{program, environment_of(emulator_.runtime_api(i), streams)};
      std::lock_guard lock(mutex_);
      instances_.push_back(std::make_unique<Instance>(std::move(instance), on_end, log_));
    }
  }

  ~Emulation() {
    emulator_.stop();
    serving_.join();
    std::lock_guard lock(mutex_);
    instances_.clear();
  }
  Emulation(const Emulation&) = delete;
  Emulation& operator=(const Emulation&) = delete;

  void run() {
    print_line(fmt::format("Tapedeck's function answers at http://localhost:{}", emulator_.port()));
    std::fflush(stdout);
    asio::signal_set signals(control_, SIGTERM, SIGINT);
    signals.async_wait([this](auto error, int) {
      if (!error) control_.stop();
    });
    asio::steady_timer clock(control_);
    await_clock(clock);
    control_.run();
  }

 private:
  Emulator::Observers observers() {
    return {.on_error =
                [this](const std::string& error) {
                  log_.error("the function reports an error", {{"error", error}});
                },
            .on_late =
                [this](std::size_t i) {
                  std::lock_guard lock(mutex_);
                  if (i < instances_.size()) instances_[i]->kill_now();
                }};
  }

  void await_clock(asio::steady_timer& clock) {
    clock.expires_after(clock_every);
    clock.async_wait([this, &clock](boost::system::error_code stopped) {
      if (stopped) return;
      emulator_.tick();
      await_clock(clock);
    });
  }

  SystemEnv env_;
  Log log_;
  asio::io_context control_{1};
  std::optional<Unpacked> unpacked_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Instance>> instances_;  // Guarded by mutex_.
  Emulator emulator_;
  std::thread serving_;
};

}  // namespace

int emulate(const EmulateOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT: as in serve()
  Emulation emulation(options);
  emulation.run();
  return 0;
}

}  // namespace tapedeck::lambda
