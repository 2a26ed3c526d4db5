#include "power/aftermath.h"

#include <exception>

#include "power/inspection.h"

namespace tapedeck::power {

namespace {

constexpr std::uint64_t second_seed = 8;            // other ids than in the session
constexpr Millis outage = std::chrono::minutes(1);  // longer than any one step took

}  // namespace

Aftermath::Aftermath(DiskImage left, Expectation expected, Pace pace, std::mt19937_64& random)
    : disk_(std::move(left)),
      repeat_(std::move(expected.repeat)),
      stages_(expected.stages),
      certain_(std::move(expected.stages)),
      pace_(pace),
      random_(random),
      env_(second_seed) {
  env_.pass(std::chrono::duration_cast<Millis>(expected.at - env_.now()) + outage);
}

std::vector<std::string> Aftermath::examine() {
  try {
    live_through();
  } catch (const std::exception& error) {
    findings_.push_back(std::string("it does not work: ") + error.what());
  }
  product_.reset();
  return std::move(findings_);
}

void Aftermath::live_through() {
  product_ = std::make_unique<Product>(disk_, env_, pace_);
  look("after the restart");
  look_closely("after the restart");
  bool repeats = repeat_ && random_() % 4 != 0;
  if (repeats) repeat();
  sweep(Millis(0));
  if (random_() % 4 == 0) sweep(std::chrono::days(1));
  look_closely("at the end");
}

void Aftermath::repeat() {
  repeat_(*product_);
  auto done = std::make_shared<Model>(*certain_.back());
  // What came to be only now may have another id; and who hears that a recording is gone already
  // was not told that its bytes are.
  for (auto& [title, held] : done->recordings) {
    const auto* was = certain_.front()->find(title);
    if (was == nullptr || was->form != held.form) held.id.reset();
  }
  become({done});
  look("after the repeat");
}

void Aftermath::sweep(Millis later) {
  env_.pass(later);
  auto report = run_task(product_->sweeper.sweep());
  const std::string when = later == Millis(0) ? "after a sweep" : "a day later, after a sweep";
  if (report.failures > 0) findings_.push_back(when + ": some of its steps failed");
  Stages swept;
  for (const auto& model : certain_) {
    swept.push_back(std::make_shared<Model>(model->swept(env_.now())));
  }
  become(std::move(swept));
  look(when);
  for (const auto& garbage : find_garbage(*product_)) findings_.push_back(when + ": " + garbage);
}

void Aftermath::become(Stages certain) {
  stages_.insert(stages_.end(), certain.begin(), certain.end());
  certain_ = std::move(certain);
}

void Aftermath::look(const std::string& when) {
  for (const auto& finding : inspect(*product_, certain_)) {
    findings_.push_back(when + ": " + finding);
  }
}

void Aftermath::look_closely(const std::string& when) {
  for (const auto& finding : inspect_bytes(*product_)) {
    findings_.push_back(when + ": " + finding);
  }
}

}  // namespace tapedeck::power
