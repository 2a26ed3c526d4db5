#include "bench/load/run.h"

#include <algorithm>
#include <random>
#include <stdexcept>

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace load {

namespace {

constexpr std::chrono::seconds patience{30};
constexpr std::size_t payload_bytes = 4 << 20;

std::string fill_in(std::string text, std::uint64_t number) {
  auto value = std::to_string(number);
  for (auto at = text.find("{n}"); at != text.npos; at = text.find("{n}", at)) {
    text.replace(at, 3, value);
  }
  return text;
}

Outgoing make_request(const Plan& plan, const Step& step, std::uint64_t number,
                      std::string_view payload) {
  Outgoing request;
  auto prefix = fill_in(step.prefix, number);
  request.tail = fill_in(step.suffix, number);
  request.body_bytes = step.body_bytes;
  auto& head = request.head;
  head = step.method + " " + fill_in(step.path, number) + " HTTP/1.1\r\nHost: " + plan.host;
  for (const auto& header : step.headers) head += "\r\n" + fill_in(header, number);
  if (step.has_body) {
    auto size = prefix.size() + step.body_bytes + request.tail.size();
    head += "\r\nContent-Length: " + std::to_string(size);
  }
  head += "\r\n\r\n" + prefix;
  request.payload = payload;
  request.is_head = step.method == "HEAD";
  return request;
}

std::uint64_t micros_since(Clock::time_point then) {
  auto passed = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - then).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(passed, 0));
}

}  // namespace

Run::Run(const Plan& plan) : plan_(plan), epoll_(::epoll_create1(0)) {
  ::prctl(PR_SET_TIMERSLACK, 1UL);  // a request goes when it is due, not 50 µs later
  std::mt19937_64 random(42);       // incompressible, and the same in every run
  payload_.resize(payload_bytes);
  for (char& c : payload_) c = static_cast<char>(random());
  first_number_ = static_cast<std::uint64_t>(::getpid()) << 32;
}

Run::~Run() {
  ::close(epoll_);
}

Result Run::go() {
  slots_.resize(plan_.connections);
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    slots_[i].connection =
        std::make_unique<Connection>(Address{plan_.host, plan_.port, "", plan_.tls});
    slots_[i].connection->open();
    idle_.push_back(i);
  }
  result_.tls = slots_.front().connection->agreed();
  start_ = Clock::now();
  for (;;) {
    begin_what_is_due();
    if (idle_.size() == slots_.size() && all_begun()) break;
    wait();
  }
  result_.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  return std::move(result_);
}

Clock::time_point Run::due_at(std::uint64_t number) const {
  if (!open_loop()) return Clock::now();
  std::chrono::duration<double> after(static_cast<double>(number) / plan_.rate);
  return start_ + std::chrono::duration_cast<Clock::duration>(after);
}

bool Run::all_begun() const {
  if (plan_.requests > 0) return begun_ >= plan_.requests;
  return due_at(begun_) - start_ >= std::chrono::duration<double>(plan_.seconds);
}

void Run::begin_what_is_due() {
  while (!idle_.empty() && !all_begun()) {
    auto due = due_at(begun_);
    if (open_loop() && due > Clock::now()) break;
    auto index = idle_.front();
    idle_.pop_front();
    slots_[index].number = first_number_ + begun_++;
    slots_[index].due = due;
    slots_[index].is_busy = true;
    slots_[index].at_second_step = false;
    begin_step(index, plan_.first);
  }
  if (open_loop() && idle_.empty()) note_waiting();
}

void Run::note_waiting() {
  auto passed = std::chrono::duration<double>(Clock::now() - start_).count();
  auto due = std::min(passed, plan_.seconds) * plan_.rate;
  auto waiting = due - static_cast<double>(begun_);
  if (waiting <= 0) return;
  result_.waiting_most = std::max(result_.waiting_most, static_cast<std::size_t>(waiting));
}

void Run::begin_step(std::size_t index, const Step& step) {
  auto& slot = slots_[index];
  slot.connection->begin(make_request(plan_, step, slot.number, payload_));
  go_on(index);
}

void Run::go_on(std::size_t index) {
  switch (slots_[index].connection->go_on()) {
    case Connection::Progress::waiting:
      return watch(index);
    case Connection::Progress::answered:
      return finish_step(index);
    case Connection::Progress::broken:
      ++result_.failures;
      reopen(index);
      release(index);
  }
}

void Run::reopen(std::size_t index) {
  slots_[index].connection->open();
  slots_[index].is_watched = false;
}

void Run::release(std::size_t index) {
  slots_[index].is_busy = false;
  idle_.push_back(index);
}

void Run::finish_step(std::size_t index) {
  auto& slot = slots_[index];
  bool is_good = slot.connection->status() / 100 == 2;
  result_.received_bytes += slot.connection->received_bytes();
  if (is_good && plan_.then && !slot.at_second_step) {
    slot.at_second_step = true;
    return begin_step(index, *plan_.then);
  }
  result_.latency.add(micros_since(slot.due));
  if (!is_good) {
    ++result_.failures;
    result_.last_failure_status = slot.connection->status();
  }
  release(index);
}

void Run::watch(std::size_t index) {
  auto& slot = slots_[index];
  bool writes = slot.connection->wants_to_write();
  if (slot.is_watched && slot.is_watched_for_writing == writes) return;
  epoll_event event{};
  event.events = EPOLLIN | (writes ? EPOLLOUT : 0u);
  event.data.u64 = index;
  auto operation = slot.is_watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  ::epoll_ctl(epoll_, operation, slot.connection->descriptor(), &event);
  slot.is_watched = true;
  slot.is_watched_for_writing = writes;
}

void Run::wait() {
  auto most = std::chrono::nanoseconds(patience);
  bool is_for_next = open_loop() && !idle_.empty() && !all_begun();
  if (is_for_next)
    most = std::clamp(due_at(begun_) - Clock::now(), std::chrono::nanoseconds(0), most);
  timespec limit{most.count() / 1'000'000'000, most.count() % 1'000'000'000};
  epoll_event events[256];
  int ready = ::epoll_pwait2(epoll_, events, 256, &limit, nullptr);
  if (ready == 0 && !is_for_next) throw std::runtime_error("no answer for 30 s");
  for (int i = 0; i < ready; ++i) {
    auto index = events[i].data.u64;
    if (slots_[index].is_busy) {
      go_on(index);
    } else {
      reopen(index);  // an idle connection says something: the server closed it
    }
  }
}

}  // namespace load
