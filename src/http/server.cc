#include "http/server.h"

#include <csignal>
#include <thread>

#include <unistd.h>

#include "base/check.h"
#include "base/error.h"
#include "http/listener.h"
#include "http/worker.h"

namespace tapedeck::http {

struct Server::Inside {
  Inside(ServerOptions options, Handler handler, Log& log, Listening sockets)
      : door(std::move(options), std::move(handler), log), listening(std::move(sockets)) {
    for (auto& listeners : listening.by_thread) {
      workers.push_back(std::make_unique<Worker>(door, std::move(listeners)));
    }
  }

  Door door;
  Listening listening;
  std::vector<std::unique_ptr<Worker>> workers;
};

namespace {

std::size_t thread_count(const ServerOptions& options) {
  if (options.threads > 0) return options.threads;
  return std::max(1U, std::thread::hardware_concurrency());
}

Listening listen(const ServerOptions& options, const std::vector<int>& inherited) {
  auto threads = thread_count(options);
  return inherited.empty() ? listen_on(options.listen, threads)
                           : listen_inherited(inherited, threads);
}

}  // namespace

Server::Server(ServerOptions options, Handler handler, Log& log, std::vector<int> inherited) {
  std::signal(SIGPIPE, SIG_IGN);  // sendfile and OpenSSL raise it on a connection that is gone
  auto sockets = listen(options, inherited);
  inside_ =
      std::make_unique<Inside>(std::move(options), std::move(handler), log, std::move(sockets));
}

Server::~Server() {
  for (const auto& path : inside_->listening.paths) ::unlink(path.c_str());
}

void Server::run() {
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < inside_->workers.size(); ++i) {
    threads.emplace_back([worker = inside_->workers[i].get()] { worker->run(); });
  }
  inside_->workers.front()->run();
  for (auto& thread : threads) thread.join();
}

void Server::stop() {
  for (auto& worker : inside_->workers) worker->stop();
}

void Server::reload_tls() {
  if (inside_->door.tls) inside_->door.tls->reload();
}

std::vector<std::uint16_t> Server::ports() const {
  return inside_->listening.ports;
}

std::size_t Server::connections() const {
  return inside_->door.admission.connections();
}

}  // namespace tapedeck::http
