#include "main/watcher.h"

#include <csignal>

#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "base/spawn.h"

namespace tapedeck {

namespace {

constexpr Millis looked_every{500};
constexpr Millis failed_wait = std::chrono::minutes(1);  // before what was refused is tried again

/// A server that is away is waited for as long as it takes.
constexpr Patience::Options patience{.limit = std::chrono::hours(24 * 365)};

}  // namespace

Watcher::Watcher(const ServerDoor& door, std::filesystem::path folder, SentJournal& journal,
                 Options options, WatchReport& report)
    : door_(door),
      folder_(std::move(folder)),
      journal_(journal),
      options_(std::move(options)),
      report_(report),
      watched_(folder_, options_.settle_time) {}

void Watcher::run() {
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT: nobody who reads stdout is needed to go on sending
  asio::io_context context(1);    // with it goes whatever still waits in the task
  std::exception_ptr failure;
  auto ended = [&](std::exception_ptr error) {
    failure = error;
    context.stop();
  };
  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](auto, int) { context.stop(); });
  spawn(context.get_executor(), watch(), ended);
  context.run();
  if (failure) std::rethrow_exception(failure);
  report_.stopped();
}

Task<void> Watcher::watch() {
  skip_what_is_there();
  for (;;) {
    auto files = watched_.look(WatchedFolder::Clock::now());
    for (const auto& file : files) {
      if (is_wanted(file)) co_await send(file);
    }
    co_await env_.sleep(looked_every);
  }
}

/// Only at the very first start: what came while nobody watched is new.
void Watcher::skip_what_is_there() {
  std::size_t skipped = 0;
  if (options_.new_only && journal_.is_new()) {
    WatchedFolder everything(folder_, Millis(0));
    for (const auto& file : everything.look(WatchedFolder::Clock::now())) {
      journal_.add(file, "");
      ++skipped;
    }
  }
  report_.watching(folder_.string(), skipped);
}

bool Watcher::is_wanted(const WatchedFile& file) const {
  if (journal_.has(file)) return false;
  auto failed = failed_at_.find(file.name);
  return failed == failed_at_.end() || WatchedFolder::Clock::now() - failed->second >= failed_wait;
}

Task<void> Watcher::send(WatchedFile file) {
  auto path = (folder_ / file.name).string();
  SenderEvents events;
  events.on_wait = [&](Millis wait, const std::string& why) {
    report_.waiting(file.name, wait, why);
  };
  try {
    LocalFile open(path);
    if (open.stamp() != file.stamp) co_return;  // not finished after all
    report_.sending(file.name);
    auto shows_progress = !report_.is_json();
    auto sent =
        co_await send_file(door_, path, open, options_.labels, patience, shows_progress, events);
    journal_.add(file, find_string(sent.recording, "id").value_or(""));
    failed_at_.erase(file.name);
    report_.sent(file.name, sent);
    if (options_.deletes_sent) erase(file, open, sent);
  } catch (const Error& error) {
    failed_at_[file.name] = WatchedFolder::Clock::now();
    report_.failed(file.name, error.what());
  }
}

/// Only what the server said, with its own digest, to have; and only that file.
void Watcher::erase(const WatchedFile& file, const LocalFile& open, const Sent& sent) {
  auto path = (folder_ / file.name).string();
  bool is_same = open.is_unchanged() && find_stamp(path) == file.stamp;
  if (!sent.is_checked || !is_same) {
    report_.failed(file.name, is_same ? "It is not deleted: the token may not read what the server "
                                        "has, so it cannot be compared."
                                      : "It is not deleted: it changed meanwhile.");
    return;
  }
  if (unlink(path.c_str()) == 0) report_.deleted(file.name);
}

}  // namespace tapedeck
