#include "simulator/run.h"

#include <ostream>
#include <stdexcept>

#include <fmt/format.h>

#include "base/encoding.h"
#include "simulator/inspection.h"

namespace tapedeck::simulator {

namespace {

constexpr Millis until_all_is_late = std::chrono::minutes(2);
constexpr Millis until_all_is_forgotten = std::chrono::days(200);

}  // namespace

Run::Run(const StageOptions& options, std::uint64_t seed) : dice_(seed), stage_(options) {
  stage_.rules().on_done = [this](const CallInfo& call, const ServiceAnswer& answer) {
    note_call(call, answer);
  };
}

void Run::note_call(const CallInfo& call, const ServiceAnswer& answer) {
  report_.trace = report_.trace * 31 + crc32_of(call.operation) + call.server;
  if (story_ == nullptr) return;
  *story_ << fmt::format("{}    {} of {}: {} {}\n", format_rfc3339(stage_.timeline().now()),
                         call.number, call.server, answer.status, answer.body.substr(0, 300));
}

void Run::tell(std::ostream& story) {
  story_ = &story;
  stage_.rules().on_call = [this](const CallInfo& call, const ServiceRequest& request,
                                  CallFault fault) {
    *story_ << fmt::format("{} {} of {}: {} ({}) {} {}\n", format_rfc3339(stage_.timeline().now()),
                           call.number, call.server, call.operation, name_of(fault), request.target,
                           request.body.substr(0, 700));
  };
}

std::string Run::make_bytes(std::size_t least, std::size_t most) {
  std::string bytes(least + dice_() % (most - least + 1), '\0');
  for (auto& byte : bytes) byte = static_cast<char>('a' + dice_() % 26);
  return bytes;
}

void Run::set_faults(std::function<CallFault(const CallInfo&)> fault_of) {
  fault_of_ = std::move(fault_of);
}

Client& Run::add_client(const std::string& username) {
  auto& client = add_another(username);
  auto heard = stage_.timeline().run(client.sign_up());
  if (heard != Heard::done) throw std::logic_error("nobody can sign up");
  return client;
}

Client& Run::add_another(const std::string& username) {
  clients_.push_back(std::make_unique<Client>(world_, username));
  return *clients_.back();
}

FeedReader& Run::add_reader(const std::string& username) {
  readers_.push_back(std::make_unique<FeedReader>(world_, username));
  return *readers_.back();
}

void Run::start(Task<void> task) {
  tasks_.push_back(std::move(task));
}

Task<void> Run::sweep_somewhere() {
  auto slot = dice_() % stage_.servers();
  auto act = [](Server& server) -> Task<void> { co_await server.sweeper.sweep(); };
  try {
    co_await stage_.ask(slot, act);
  } catch (const Error&) {
    co_return;
  }
}

Task<void> Run::count_down(Task<void> task) {
  try {
    co_await std::move(task);
  } catch (const std::exception& error) {
    model_.find(std::string("a client gave up: ") + error.what());
  }
  if (--running_ == 0 && resume_) resume_();
}

Task<void> Run::wait_for_all() {
  running_ = tasks_.size();
  for (auto& task : tasks_) stage_.timeline().start(count_down(std::move(task)));
  auto wait = [&](Job resume) { resume_ = std::move(resume); };
  if (running_ > 0) co_await suspend(wait);
}

void Run::let_faults_begin() {
  holds_back_ = false;
  first_call_ = stage_.rules().calls;
}

CallFault Run::draw_fault(CallInfo call) {
  if (holds_back_ || !fault_of_) return CallFault::none;
  call.number -= first_call_;
  auto fault = fault_of_(call);
  if (!can_befall(fault, call.operation)) return CallFault::none;
  if (fault != CallFault::none) ++report_.faults[fault];
  return fault;
}

RunReport Run::finish(Depth depth) {
  auto first = stage_.rules().calls;
  first_call_ = first;
  stage_.rules().fault_of = [this](const CallInfo& call) { return draw_fault(call); };
  auto& timeline = stage_.timeline();
  try {
    timeline.run(wait_for_all());
    report_.calls = stage_.rules().calls - first;
    stage_.rules().fault_of = nullptr;
    stage_.rules().latency_max = Millis(0);
    timeline.run_for(until_all_is_late);
    timeline.run(inspect_all(depth));
  } catch (const std::exception& error) {
    model_.find(std::string("it does not work: ") + error.what());
  }
  report_.findings = model_.findings;
  report_.requests = world_.requests;
  report_.crashes = stage_.crashes();
  return std::move(report_);
}

Task<void> Run::sweep(const char* when) {
  auto report = co_await stage_.server(0).sweeper.sweep();
  if (report.failures > 0) model_.find(std::string(when) + ": a step of the sweep failed");
}

Task<void> Run::inspect_all(Depth depth) {
  auto& server = stage_.server(0);
  Inspection at_the_end(world_, server, "at the end");
  co_await at_the_end.look();
  for (auto& reader : readers_) co_await reader->compare(server);
  co_await stage_.timeline().pass(nobody, long_after);
  co_await sweep("a day later");
  for (auto& [title, held] : model_.recordings) held.become_old();
  Inspection later(world_, server, "a day later");
  co_await later.look();
  co_await later.look_for_garbage();
  if (depth == Depth::garbage) co_return;
  co_await sweep("a day later");
  co_await stage_.timeline().pass(nobody, until_all_is_forgotten);
  co_await sweep("long after");
  co_await sweep("long after");
  Inspection long_after_all(world_, server, "long after");
  long_after_all.look_for_leftovers();
}

}  // namespace tapedeck::simulator
