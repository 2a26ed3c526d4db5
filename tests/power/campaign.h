// Campaign: power cuts all over a session, each followed by a restart and a close look.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "power/power_cuts.h"
#include "power/session.h"

namespace tapedeck::power {

/// Names one power cut in one scenario; prints as "SEED.STEP.TRY".
struct CutNumber {
  std::uint64_t seed = 0;   // of the scenario
  std::size_t step = 0;     // of its disk
  std::size_t attempt = 0;  // at that step
  std::string text() const;
};
/// Throws Error{invalid}.
CutNumber parse_cut_number(const std::string& text);

struct Violation {
  CutNumber cut;
  std::string where;  // what was cut off, and how
  std::vector<std::string> findings;
  std::string text() const;
};

struct Tally {
  std::size_t states = 0;       // that were examined, no two the same
  std::size_t second_cuts = 0;  // of these, in the middle of what followed a first one
  std::map<std::string, std::size_t> by_kind;  // of operation
  std::map<std::string, std::size_t> by_way;
  std::vector<Violation> violations;
};

/// The crash states of one session. Used once.
class Campaign {
 public:
  struct Options {
    std::size_t states = 10'000;
    std::size_t threads = 2;
    std::size_t stride = 1;       // one of so many steps of the disk in each pass, each time others
    bool stops_at_first = false;  // violation
  };

  /// The session must have been played with that seed. It must outlive this, and stand still.
  Campaign(const Session& session, std::uint64_t seed, Options options);

  /// Fewer states than asked for when there are no more.
  Tally run();
  /// Only this one.
  Tally run_one(const CutNumber& number);

 private:
  void work(std::size_t thread);
  void walk(std::size_t attempt, std::size_t thread);
  void examine(const PowerCuts& cuts, const CutNumber& number);
  bool is_new(const Cut& cut, const Moment& moment);
  bool is_enough();
  void count(const CutNumber& number, const Cut& cut, const Moment& moment, const char* which,
             std::vector<std::string> findings);

  const Session& session_;
  const std::uint64_t seed_;
  const Options options_;

  std::mutex mutex_;  // Guards what follows.
  Tally tally_;
  std::set<std::pair<std::uint64_t, const Model*>> seen_;
};

}  // namespace tapedeck::power
