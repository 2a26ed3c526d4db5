// tapedeck_live: many recorders at once, each appending by tus on a schedule that nobody's slowness
// moves (an open loop): an append is late by the time from when it was due to when it was
// acknowledged. At the end every recording is read back. One JSON object on stdout.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <random>
#include <stdexcept>
#include <vector>

#include <CLI/CLI.hpp>
#include <sys/epoll.h>
#include <unistd.h>

#include "bench/live/recorder.h"
#include "bench/load/histogram.h"

namespace live {

namespace {

using Progress = Recorder::Progress;

constexpr std::size_t at_once = 32;  // when uploads are begun and read back
constexpr std::uint64_t failures_max = 100'000;
constexpr std::chrono::seconds patience{60};  // for the last acknowledgements, and for any answer

struct Settings {
  Plan plan;
  load::Address address;
  std::size_t recorders = 100;
  std::chrono::milliseconds period{1000};
};

struct Result {
  load::Histogram late;    // from due to acknowledged
  load::Histogram answer;  // from sent to acknowledged
  std::uint64_t failures = 0;
  int last_failure_status = 0;
  std::uint64_t unfinished = 0;  // recorders that could not append all
  std::uint64_t lost = 0;        // recorders of which an acknowledged byte was not read back
  std::uint64_t compared_bytes = 0;
  double seconds = 0;
};

std::uint64_t micros_since(Clock::time_point then) {
  auto passed = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - then).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(passed, 0));
}

class Run {
 public:
  explicit Run(const Settings& settings) : settings_(settings), epoll_(::epoll_create1(0)) {
    std::mt19937_64 random(42);  // incompressible, and the same in every run
    payload_.resize(1 << 20);
    for (char& c : payload_) c = static_cast<char>(random());
    for (std::size_t i = 0; i < settings.recorders; ++i) {
      auto recorder = std::make_unique<Recorder>(settings.plan, settings.address, payload_, i);
      recorder->open();
      recorders_.push_back(std::move(recorder));
    }
  }
  ~Run() { ::close(epoll_); }

  Result go() {
    each_once(&Recorder::begin_upload);
    if (result_.failures > 0) throw std::runtime_error("uploads could not be begun");
    record();
    each_once(&Recorder::begin_compare);
    for (const auto& recorder : recorders_) {
      result_.compared_bytes += recorder->acknowledged_bytes();
      if (!recorder->is_intact()) ++result_.lost;
    }
    return std::move(result_);
  }

 private:
  // ---- one request of each, some at once
  void each_once(void (Recorder::*begin)()) {
    std::size_t next = 0;
    do {
      for (; next < recorders_.size() && busy_ < at_once; ++next) start(next, begin);
      wait(patience);
    } while (busy_ > 0 || next < recorders_.size());
  }

  // ---- the schedule: append k of recorder i is due at start + k periods + i shares of one
  Clock::time_point due_at(std::uint64_t append, std::size_t recorder) const {
    auto share = std::chrono::nanoseconds(settings_.period) * recorder / recorders_.size();
    return start_ + append * settings_.period + share;
  }

  void record() {
    start_ = Clock::now();
    due_.assign(recorders_.size(), 0);
    std::uint64_t append = 0;
    std::size_t recorder = 0;
    while (append < settings_.plan.appends) {
      auto left = due_at(append, recorder) - Clock::now();
      if (left > Clock::duration::zero()) {
        wait(std::chrono::ceil<std::chrono::milliseconds>(left));
        continue;
      }
      ++due_[recorder];
      append_if_due(recorder);
      if (++recorder == recorders_.size()) {
        recorder = 0;
        ++append;
      }
    }
    auto until = Clock::now() + patience;
    while (busy_ > 0 && Clock::now() < until) wait(std::chrono::seconds(1));
    result_.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    for (const auto& each : recorders_) {
      if (each->acknowledged_appends() < settings_.plan.appends) ++result_.unfinished;
    }
    if (busy_ > 0) throw std::runtime_error("appends were not answered in time");
  }

  void append_if_due(std::size_t index) {
    auto& recorder = *recorders_[index];
    if (recorder.is_busy() || recorder.acknowledged_appends() >= due_[index]) return;
    start(index, &Recorder::begin_append);
  }

  // ---- sockets
  void start(std::size_t index, void (Recorder::*begin)()) {
    ++busy_;
    (*recorders_[index].*begin)();
    go_on(index);
  }

  void go_on(std::size_t index) {
    auto& recorder = *recorders_[index];
    auto progress = recorder.go_on();
    while (progress == Progress::failed && recorder.is_busy()) {
      note_failure(recorder);
      progress = recorder.go_on();
    }
    if (progress == Progress::waiting) return watch(index);
    --busy_;
    if (progress == Progress::failed) note_failure(recorder);
    if (progress != Progress::acknowledged) return;
    result_.late.add(micros_since(due_at(recorder.acknowledged_appends() - 1, index)));
    result_.answer.add(micros_since(recorder.began()));
    append_if_due(index);
  }

  void note_failure(const Recorder& recorder) {
    result_.last_failure_status = recorder.status();
    if (++result_.failures > failures_max) throw std::runtime_error("too many failures");
  }

  void watch(std::size_t index) {
    auto& recorder = *recorders_[index];
    epoll_event event{};
    event.events = EPOLLIN | EPOLLONESHOT | (recorder.wants_to_write() ? EPOLLOUT : 0u);
    event.data.u64 = index;
    if (::epoll_ctl(epoll_, EPOLL_CTL_MOD, recorder.descriptor(), &event) != 0) {
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, recorder.descriptor(), &event);
    }
  }

  void wait(std::chrono::milliseconds at_most) {
    epoll_event events[256];
    int ready = ::epoll_wait(epoll_, events, 256, static_cast<int>(at_most.count()));
    if (ready == 0 && at_most >= patience) throw std::runtime_error("no answer in time");
    for (int i = 0; i < ready; ++i) go_on(events[i].data.u64);
  }

  const Settings& settings_;
  const int epoll_;
  std::string payload_;
  std::vector<std::unique_ptr<Recorder>> recorders_;
  std::vector<std::uint64_t> due_;  // how many appends of each are due by now
  Clock::time_point start_;
  std::size_t busy_ = 0;
  Result result_;
};

void print(const Settings& settings, const Result& result) {
  auto count = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf(
      "{\"recorders\": %zu, \"appends\": %llu, \"failures\": %llu, \"last_failure_status\": %d, "
      "\"unfinished\": %llu, \"lost\": %llu, \"compared_bytes\": %llu, \"seconds\": %.3f, "
      "\"late_p50_us\": %llu, \"late_p99_us\": %llu, \"late_max_us\": %llu, "
      "\"answer_p50_us\": %llu, \"answer_p99_us\": %llu}\n",
      settings.recorders, count(result.late.total()), count(result.failures),
      result.last_failure_status, count(result.unfinished), count(result.lost),
      count(result.compared_bytes), result.seconds, count(result.late.quantile(0.5)),
      count(result.late.quantile(0.99)), count(result.late.max()),
      count(result.answer.quantile(0.5)), count(result.answer.quantile(0.99)));
}

}  // namespace
}  // namespace live

int main(int count, char** arguments) {
  live::Settings settings;
  auto& plan = settings.plan;
  std::uint64_t period_ms = 1000;
  CLI::App app{"Records live over many connections and prints how late the acknowledgements were"};
  app.add_option("--port", settings.address.port, "TCP port on 127.0.0.1")->required();
  app.add_option("--recorders", settings.recorders, "at once");
  app.add_option("--appends", plan.appends, "by each");
  app.add_option("--append-bytes", plan.append_bytes, "size of each");
  app.add_option("--period-ms", period_ms, "between two appends of one recorder");
  app.add_option("--path", plan.path, "where uploads begin");
  app.add_option("--audio-path", plan.audio_path, "with {id}; default: the upload's own URL");
  app.add_option("--authorization", plan.authorization, "a header line");
  CLI11_PARSE(app, count, arguments);
  settings.period = std::chrono::milliseconds(period_ms);
  try {
    live::Run run(settings);
    live::print(settings, run.go());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tapedeck_live: %s\n", error.what());
    return 1;
  }
  return 0;
}
