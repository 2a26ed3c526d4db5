#include "main/recorder.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "base/spawn.h"

namespace tapedeck {

namespace {

constexpr std::size_t read_bytes = 64 * KiB;
constexpr Millis looked_every{20};
constexpr Millis append_every{1'000};  // what is said to be safe is at most this and a sync behind
constexpr Millis wait_max{5'000};      // a server that is back is noticed soon
// Told to stop, a source has so long to hand over what it has.
constexpr Millis silence_of_end{500};
constexpr Millis end_max{3'000};

constexpr ByteView other_container = ".snd";  // some versions of pw-record write an AU head

}  // namespace

Recorder::Recorder(const ServerDoor& door, Spool& spool, SoundSource source,
                   Patience::Options patience, RecordReport& report)
    : door_(door),
      spool_(spool),
      source_(std::move(source)),
      patience_{patience.limit, wait_max},
      report_(report) {
  outgoing_.descriptor = spool.descriptor();
}

void Recorder::run() {
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT: nobody who reads stdout is needed to go on recording
  asio::io_context context(1);    // with it goes whatever still waits in its tasks
  context_ = &context;
  auto ended = [this](std::exception_ptr error) {
    if (!error) return;
    broken_ = error;
    context_->stop();
  };
  spawn(context.get_executor(), capture(), ended);
  spawn(context.get_executor(), deliver(), ended);
  spawn(context.get_executor(), show(), ended);
  spawn(context.get_executor(), heed_signals(), ended);
  context.run();
  context_ = nullptr;
  if (broken_) std::rethrow_exception(broken_);
}

void Recorder::end_if_done() {
  bool is_nothing = is_captured_ && spool_.size() == 0;
  if (is_nothing || (is_captured_ && is_delivered_)) context_->stop();
}

std::string Recorder::trouble() const {
  if (refusal_) return refusal_->what();
  return "It was stopped before the server had all of it.";
}

// ---- sound -------------------------------------------------------------------------------------

/// Looked at, not awaited: so pipes, files and devices are alike, and no flag is changed of a
/// descriptor that other processes share.
Task<void> Recorder::capture() {
  try {
    while (!is_over()) {
      auto wait = read_some() ? Millis(0) : looked_every;
      co_await env_.sleep(wait);
    }
  } catch (const Error& error) {
    capture_failure_ = error;
  }
  outgoing_.whole = hash_.finish();
  is_captured_ = true;
  end_if_done();
}

bool Recorder::is_over() const {
  if (is_captured_) return true;
  if (!stopping_at_) return false;
  auto now = Clock::now();
  auto silent_since = std::max(*stopping_at_, heard_at_);
  return now - silent_since >= silence_of_end || now - *stopping_at_ >= end_max;
}

/// False when nothing is there now.
bool Recorder::read_some() {
  pollfd look{source_.descriptor, POLLIN, 0};
  if (poll(&look, 1, 0) <= 0) return false;
  chunk_.resize(read_bytes);
  auto count = read(source_.descriptor, chunk_.data(), chunk_.size());
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return false;
  if (count < 0) {
    throw Error(Fault::unavailable, fmt::format("Reading failed: {}.", std::strerror(errno)));
  }
  is_captured_ = count == 0;
  take(ByteView(chunk_).substr(0, static_cast<std::size_t>(count)));
  return true;
}

/// Into the spool first: what the server is sent is there, and stays until it has all.
void Recorder::take(ByteView bytes) {
  if (bytes.empty()) return;
  heard_at_ = Clock::now();
  std::string first;
  if (spool_.size() == 0 && !bytes.starts_with(other_container)) {
    first = source_.head + std::string(bytes);
    bytes = first;
  }
  spool_.append(bytes);
  hash_.update(bytes);
  meter_.take(bytes);
  outgoing_.size = spool_.size();
}

// ---- the server --------------------------------------------------------------------------------

SenderEvents Recorder::make_events() {
  SenderEvents events;
  events.on_begun = [this](const std::string& id, ByteRange) { report_.begun(id); };
  events.on_safe = [this](ByteCount offset) {
    safe_ = offset;
    is_waiting_ = false;
    report_.answered();
  };
  events.on_wait = [this](Millis wait, const std::string& why) {
    is_waiting_ = true;
    report_.waiting(wait, why);
  };
  return events;
}

Task<void> Recorder::deliver() {
  Sender::Options options;
  options.patience = patience_;
  options.append_every = append_every;
  options.announces_size = false;
  Sender sender(door_, spool_.description(), outgoing_, options, make_events());
  try {
    sent_ = co_await sender.run();
  } catch (const Error& error) {
    refusal_ = error;
  }
  // A refusal is said at once, but what is said meanwhile goes on into the spool.
  if (refusal_ && !is_captured_) report_.refused(refusal_->what());
  is_delivered_ = true;
  end_if_done();
}

// ---- people ------------------------------------------------------------------------------------

RecordProgress Recorder::progress() {
  RecordProgress progress;
  const auto& format = meter_.format();
  progress.seconds = format ? format->seconds_of(spool_.size())
                            : std::chrono::duration<double>(Clock::now() - begun_at_).count();
  if (format) progress.safe_seconds = format->seconds_of(safe_);
  progress.bytes = spool_.size();
  progress.safe_bytes = safe_;
  progress.peak = meter_.take_peak();
  progress.is_waiting = is_waiting_;
  return progress;
}

Task<void> Recorder::show() {
  for (;;) {
    auto period = report_.period();
    co_await env_.sleep(period);
    report_.progress(progress());
  }
}

/// The first one ends the recording, the second one the waiting for the server.
Task<void> Recorder::heed_signals() {
  auto executor = co_await asio::this_coro::executor;
  asio::basic_signal_set<Executor> signals(executor, SIGINT, SIGTERM, SIGHUP);
  co_await signals.async_wait(use_task);
  stopping_at_ = Clock::now();
  if (source_.on_stop) source_.on_stop();
  if (is_waiting_) report_.note("Waiting for the server. Ctrl-C again leaves the recording here.");
  co_await signals.async_wait(use_task);
  context_->stop();
}

}  // namespace tapedeck
