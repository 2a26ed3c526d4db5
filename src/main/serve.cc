#include "main/serve.h"

#include <csignal>
#include <exception>
#include <mutex>
#include <thread>

#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>
#include <malloc.h>

#include "base/run_task.h"
#include "main/admin_door.h"
#include "main/background.h"
#include "main/console.h"
#include "main/metrics.h"
#include "main/stores.h"
#include "main/systemd.h"
#include "main/version.h"
#include "main/wiring.h"

namespace tapedeck {

namespace {

http::ServerOptions public_options(const Config& config, Metrics& metrics, Log& log) {
  http::ServerOptions options;
  options.listen = config.listen;
  options.threads = config.threads;
  options.tls = {config.tls_cert, config.tls_key};
  options.trusted_proxies = config.trusted_proxies;
  options.on_exchange = [&metrics, &log](const http::Exchange& exchange) {
    metrics.note(exchange);
    // The log cuts out what looks like a secret, capabilities in the target included.
    log.info("request", {{"method", exchange.method},
                         {"target", exchange.target},
                         {"status", exchange.status},
                         {"from", exchange.remote_address},
                         {"received", exchange.received_bytes},
                         {"sent", exchange.sent_bytes},
                         {"microseconds", exchange.duration.count()},
                         {"complete", exchange.complete},
                         {"request_id", exchange.request_id}});
  };
  return options;
}

http::ServerOptions local_options(std::string listen) {
  http::ServerOptions options;
  options.listen = {std::move(listen)};
  options.threads = 1;
  return options;
}

/// Everything a running server has, in the order it is made.
class Service {
 public:
  explicit Service(const Config& config)
      : inherited_(take_inherited_sockets()),
        config_(in_force(config, inherited_)),
        log_({config.log_format, config.log_level}),
        metrics_(program_version),
        wiring_(config, log_, observers()),
        api_(wiring_.api_parts(), api_options(config)) {
    if (!wiring_.holds_folder())
      folder_.emplace(config_.data.string(), DataFolder::Holds::no_blobs);
    refuse_lost_catalog();
    open_doors();
  }

  int run() {
    asio::signal_set stop_signals(control_, SIGTERM, SIGINT);
    asio::signal_set reload_signals(control_, SIGHUP);
    stop_signals.async_wait([this](auto error, int) {
      if (!error) control_.stop();
    });
    await_reload(reload_signals);
    start(*public_door_);
    start(*admin_door_);
    if (metrics_door_) start(*metrics_door_);
    auto work = [this] { return wiring_.sweeper().run(); };
    std::optional<Background> sweeping(std::in_place, work, log_);
    std::exception_ptr failure;
    try {
      greet();
      notify_systemd("READY=1");
      control_.run();
    } catch (...) {
      failure = std::current_exception();  // told when the threads have ended
    }
    stop();
    sweeping.reset();
    for (auto& thread : threads_) thread.join();
    if (failure) std::rethrow_exception(failure);
    if (broken_) std::rethrow_exception(broken_);
    log_.info("stopped");
    return 0;
  }

 private:
  /// Sockets that systemd holds replace `listen`, for what depends on who can connect too.
  static Config in_force(Config config, const std::vector<int>& inherited) {
    if (!inherited.empty()) config.listen.clear();
    for (auto socket : inherited) config.listen.push_back(listen_address_of(socket));
    return config;
  }

  Wiring::Observers observers() {
    return {.on_sweep = [this](const SweepReport& report) { metrics_.note(report); },
            .on_create = [this] { metrics_.note_recording(); }};
  }

  void refuse_lost_catalog() {
    if (!wiring_.has_lost_its_catalog()) return;
    throw Error(
        Fault::conflict,
        fmt::format(
            "There is audio in {}, but its catalog, {}, knows no account: it was removed, replaced "
            "or misnamed. Put it back, or restore a backup. To begin anew, start with "
            "another place for audio.",
            place_of_blobs(config_), place_of_catalog(config_)));
  }

  void open_doors() {
    auto answer = [this](http::Request& request) { return api_.serve(request); };
    public_door_.emplace(public_options(config_, metrics_, log_), answer, log_, inherited_);
    auto answer_admin = [this](http::Request& request) {
      request.local = true;
      return wiring_.admin().serve(request);
    };
    admin_door_.emplace(local_options("unix:" + admin_socket(config_)), answer_admin, log_);
    if (config_.metrics_listen.empty()) return;
    auto answer_metrics = [this](http::Request& request) { return show_metrics(request); };
    metrics_door_.emplace(local_options(config_.metrics_listen), answer_metrics, log_);
  }

  Task<http::Response> show_metrics(http::Request& request) {
    if (request.target.segments != std::vector<std::string>{"metrics"}) {
      co_return http::make_response(404, "text/plain", "Metrics are at /metrics.\n");
    }
    Metrics::Gauges gauges;
    gauges.connections = public_door_->connections();
    try {
      gauges.free_bytes = co_await wiring_.blobs().free_bytes();
    } catch (const Error&) {
      gauges.free_bytes.reset();  // the other values are still worth something
    }
    auto queues = wiring_.queue_lengths();
    gauges.queues = {
        {"disk", queues.disk}, {"passwords", queues.passwords}, {"chores", queues.chores}};
    auto text = metrics_.text(gauges);
    co_return http::make_response(200, "text/plain; version=0.0.4; charset=utf-8", text);
  }

  /// One thread for a door's own run(). A door that breaks ends the whole server.
  void start(http::Server& door) {
    threads_.emplace_back([this, &door] {
      try {
        door.run();
      } catch (...) {
        std::lock_guard lock(mutex_);
        broken_ = std::current_exception();
        control_.stop();
      }
    });
  }

  void await_reload(asio::signal_set& signals) {
    signals.async_wait([this, &signals](auto error, int) {
      if (error) return;
      try {
        public_door_->reload_tls();
        log_.info("read the certificate again");
      } catch (const Error& failure) {
        log_.error("kept the old certificate", {{"detail", failure.what()}});
      }
      await_reload(signals);
    });
  }

  void stop() {
    notify_systemd("STOPPING=1");
    log_.info("stopping");
    api_.begin_stopping();
    wiring_.admin().begin_stopping();
    public_door_->stop();
    admin_door_->stop();
    if (metrics_door_) metrics_door_->stop();
  }

  /// The URL with the port really in use, which differs for port 0.
  std::string url() const {
    if (!config_.public_url.empty() || config_.listen.front().starts_with("unix:")) {
      return public_url_in_force(config_);
    }
    auto config = config_;
    auto& address = config.listen.front();
    auto ports = public_door_->ports();
    if (!ports.empty()) {
      address = address.substr(0, address.rfind(':') + 1) + std::to_string(ports.front());
    }
    return public_url_in_force(config);
  }

  void greet() {
    auto here = url();
    log_.info("serving", {{"url", here},
                          {"data", config_.data.string()},
                          {"catalog", place_of_catalog(config_)},
                          {"blobs", place_of_blobs(config_)},
                          {"signup", name_of(signup_in_force(config_))},
                          {"version", program_version}});
    if (config_.allow_unverified_social_login) {
      log_.warning(
          "ANYBODY WHO KNOWS A SOCIAL ID CAN USE ITS ACCOUNT: allow_unverified_social_login is on. "
          "Turn it off as soon as no phone app of the original server needs it.");
    }
    if (!run_task(wiring_.accounts().is_new())) {
      print_line(fmt::format("Tapedeck serves {}\n", here));
      return;
    }
    auto invitation = run_task(wiring_.accounts().invite(true));
    // Straight to stdout: the log would cut the invitation out.
    print_line(
        fmt::format("Tapedeck serves {0}\n"
                    "\n"
                    "This is its first start. Make the admin's account here (works once, for "
                    "7 days):\n"
                    "  {0}/setup#{1}\n"
                    "or in a terminal:  tapedeck user add NAME --admin --data {2}\n"
                    "How to call it:    {0}/api/v1/docs\n",
                    here, invitation, config_.data.string()));
  }

  const std::vector<int> inherited_;
  const Config config_;
  asio::io_context control_{1};
  Log log_;
  Metrics metrics_;
  Wiring wiring_;
  api::Api api_;
  std::optional<DataFolder> folder_;  // of the admin's socket, when nothing else is stored there
  std::optional<http::Server> public_door_;
  std::optional<http::Server> admin_door_;
  std::optional<http::Server> metrics_door_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::exception_ptr broken_;  // Guarded by mutex_ until the threads have ended.
};

constexpr int arenas_max = 2;

}  // namespace

int serve(const Config& config) {
  // Bytes that one thread takes are often given back by another, and each of glibc's arenas keeps
  // what was given back to it: with an arena a thread, 2,000 live recorders cost 70 KiB each
  // instead of 21.
  mallopt(M_ARENA_MAX, arenas_max);
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT: a closed stdout is an error of a write, not our end
  Service service(config);
  return service.run();
}

}  // namespace tapedeck
