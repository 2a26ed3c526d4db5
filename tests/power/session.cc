#include "power/session.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "power/inspection.h"

namespace tapedeck::power {

Session::Session(std::uint64_t seed, const Bug& bug)
    : bug_(bug), disk_(empty_disk(), bug.swallows), env_(seed) {
  Step start;
  start.kind = "first start";
  start.before = start.after = std::make_shared<Model>();
  start.at = env_.now();
  product_ = std::make_unique<Product>(disk_, env_, Pace::settled, bug_);
  start.end = disk_.steps();
  steps_.push_back(std::move(start));
}

Told Session::perform(const std::string& kind, const std::string& subject, const Change& change,
                      Act act, Repeat repeat) {
  Repetition repetition;
  if (repeat == Repeat::yes) repetition = [act](Product& product) { act(product); };
  return perform(kind, subject, change, act, std::move(repetition));
}

Told Session::perform(const std::string& kind, const std::string& subject, const Change& change,
                      const Act& act, Repetition repetition) {
  env_.pass(std::chrono::seconds(1));
  Step step;
  step.kind = kind;
  step.subject = subject;
  step.before = std::make_shared<Model>(model_);
  step.begin = disk_.steps();
  step.at = env_.now();
  Told told;
  try {
    change(model_);
    told = act(*product_);
    remember(subject, told);
  } catch (const Error& error) {
    if (error.fault() != Fault::unavailable) throw;
    model_ = *step.before;
    repetition = {};  // it would be done now
  }
  step.end = disk_.steps();
  step.after = std::make_shared<Model>(model_);
  step.repeat = std::move(repetition);
  steps_.push_back(std::move(step));
  check();
  return told;
}

void Session::sweep() {
  auto now = env_.now() + std::chrono::seconds(1);  // when perform() does it
  auto change = [now](Model& model) { model = model.swept(now); };
  auto act = [](Product& product) {
    auto report = run_task(product.sweeper.sweep());
    if (report.failures > 0) throw std::logic_error("a step of the sweep failed");
    return Told();
  };
  perform("sweep", "", change, act, Repeat::no);  // who examines a crash sweeps anyway
}

void Session::restart() {
  auto act = [this](Product&) {
    start_again();
    return Told();
  };
  perform("restart", "", [](Model&) {}, act, Repeat::no);
}

Product& Session::start_again() {
  product_.reset();
  product_ = std::make_unique<Product>(disk_, env_, Pace::settled, bug_);
  return *product_;
}

void Session::remember(const std::string& subject, const Told& told) {
  if (!told.token.empty()) model_.tokens[told.token] = {subject, true};
  if (!told.invitation.empty()) model_.invitations[told.invitation] = true;
  if (!told.recording) return;
  auto& held = model_.recordings.at(told.recording->description.title);
  held.id = told.recording->id;
  held.last_append_at = told.recording->last_append_at;
  if (told.recording->trashed_at) held.trashed_at = *told.recording->trashed_at;
}

/// Without a power cut all must be well, whatever bug was seeded.
void Session::check() const {
  auto findings = inspect(*product_, {steps_.back().after});
  for (auto& finding : inspect_bytes(*product_)) findings.push_back(std::move(finding));
  if (findings.empty()) return;
  const auto& step = steps_.back();
  throw std::logic_error(fmt::format("after {} {}, without a power cut: {}", step.kind,
                                     step.subject, fmt::join(findings, "; ")));
}

Moment Session::moment_at(std::size_t disk_step) const {
  auto is_later = [](std::size_t at, const Step& step) { return at < step.begin; };
  auto next = std::upper_bound(steps_.begin(), steps_.end(), disk_step, is_later);
  const auto& step = *std::prev(next);
  return {&step, disk_step < step.end};
}

}  // namespace tapedeck::power
