#include "power/campaign.h"

#include <array>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "power/aftermath.h"

namespace tapedeck::power {

namespace {

constexpr std::size_t attempts_max = 100'000;
constexpr std::size_t second_cut_every = 8;

Way draw_way(std::mt19937_64& dice) {
  return static_cast<Way>(dice() % ways);
}

std::mt19937_64 make_random(const CutNumber& number) {
  std::seed_seq seeds{number.seed, static_cast<std::uint64_t>(number.step),
                      static_cast<std::uint64_t>(number.attempt)};
  return std::mt19937_64(seeds);
}

}  // namespace

std::string CutNumber::text() const {
  return fmt::format("{}.{}.{}", seed, step, attempt);
}

CutNumber parse_cut_number(const std::string& text) {
  CutNumber number;
  char rest = 0;
  int found = std::sscanf(text.c_str(), "%lu.%lu.%lu%c", &number.seed, &number.step,
                          &number.attempt, &rest);
  if (found != 3) throw Error(Fault::invalid, text + " is not SEED.STEP.TRY");
  return number;
}

std::string Violation::text() const {
  return fmt::format("{}, {}: {}", cut.text(), where, fmt::join(findings, "\n  "));
}

Campaign::Campaign(const Session& session, std::uint64_t seed, Options options)
    : session_(session), seed_(seed), options_(options) {}

Tally Campaign::run() {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < options_.threads; ++i) threads.emplace_back([=, this] { work(i); });
  for (auto& thread : threads) thread.join();
  return std::move(tally_);
}

Tally Campaign::run_one(const CutNumber& number) {
  PowerCuts cuts(empty_disk(), session_.disk().log());
  cuts.advance(number.step);
  examine(cuts, number);
  return std::move(tally_);
}

void Campaign::work(std::size_t thread) {
  for (std::size_t attempt = 0; attempt < attempts_max && !is_enough(); ++attempt) {
    walk(attempt, thread);
  }
}

/// Once over the disk's steps; those of this thread, with one cut at each.
void Campaign::walk(std::size_t attempt, std::size_t thread) {
  PowerCuts cuts(empty_disk(), session_.disk().log());
  auto steps = session_.disk().log().size();
  for (auto step = (attempt * 7) % options_.stride; step <= steps; step += options_.stride) {
    if (step / options_.stride % options_.threads != thread) continue;
    if (is_enough()) return;
    cuts.advance(step);
    examine(cuts, {seed_, step, attempt});
  }
}

void Campaign::examine(const PowerCuts& cuts, const CutNumber& number) {
  auto dice = make_random(number);
  auto cut = cuts.draw(draw_way(dice), dice);
  auto moment = session_.moment_at(number.step);
  if (!is_new(cut, moment)) return;
  auto disk = cuts.disk_after(cut);
  Expectation expected{moment.stages(), moment.step->at, {}};
  if (moment.is_under_way) expected.repeat = moment.step->repeat;
  bool has_second = dice() % second_cut_every == 0;
  Aftermath aftermath(disk, expected, has_second ? Pace::settled : Pace::free, dice);
  count(number, cut, moment, "", aftermath.examine());
  if (!has_second) return;

  PowerCuts again(std::move(disk), aftermath.log());
  again.advance(dice() % (aftermath.log().size() + 1));
  auto second = again.draw(draw_way(dice), dice);
  Aftermath second_aftermath(again.disk_after(second), aftermath.expectation(), Pace::free, dice);
  count(number, second, moment, ", then a second cut", second_aftermath.examine());
}

bool Campaign::is_new(const Cut& cut, const Moment& moment) {
  std::lock_guard lock(mutex_);
  return seen_.insert({cut.identity, moment.stages().front().get()}).second;
}

bool Campaign::is_enough() {
  std::lock_guard lock(mutex_);
  bool is_caught = options_.stops_at_first && !tally_.violations.empty();
  return is_caught || tally_.states >= options_.states;
}

void Campaign::count(const CutNumber& number, const Cut& cut, const Moment& moment,
                     const char* which, std::vector<std::string> findings) {
  const auto* way = name_of(cut.way);
  std::lock_guard lock(mutex_);
  ++tally_.states;
  if (*which != '\0') ++tally_.second_cuts;
  ++tally_.by_kind[moment.step->kind];
  ++tally_.by_way[way];
  if (findings.empty()) return;
  auto where = fmt::format("{}{} \"{}\"{} ({})", moment.is_under_way ? "during " : "after ",
                           moment.step->kind, moment.step->subject, which, way);
  tally_.violations.push_back({number, where, std::move(findings)});
}

}  // namespace tapedeck::power
