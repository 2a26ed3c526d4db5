// Aftermath: the restart after a power cut, and all that must be true then.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "power/session.h"

namespace tapedeck::power {

struct Expectation {
  Stages stages;                         // the last of them is the whole step's
  Time at;                               // when the power went
  std::function<void(Product&)> repeat;  // as Step's, if it was under way. May be empty
};

/// Starts the product on what a power cut left, and looks; then the client repeats what was cut off
/// (mostly), a sweep follows, and it looks again; now and then a day passes, and it looks a last
/// time. Used once.
class Aftermath {
 public:
  /// `random` must outlive this.
  Aftermath(DiskImage left, Expectation expected, Pace pace, std::mt19937_64& random);

  /// What is wrong, a sentence each.
  std::vector<std::string> examine();

  /// What the restart and all that followed did to the disk, for a second power cut; the same each
  /// time at the settled pace.
  const std::vector<DiskOperation>& log() const { return disk_.log(); }
  /// What may be true after a second power cut, at any time during examine().
  Expectation expectation() { return {stages_, env_.now(), {}}; }

 private:
  void live_through();
  void repeat();
  void sweep(Millis later);
  void become(Stages certain);
  void look(const std::string& when);
  void look_closely(const std::string& when);

  SimulatedDisk disk_;
  const std::function<void(Product&)> repeat_;
  Stages stages_;   // all that may have been true
  Stages certain_;  // what may be true now
  const Pace pace_;
  std::mt19937_64& random_;
  TestEnv env_;
  std::vector<std::string> findings_;
  std::unique_ptr<Product> product_;
};

}  // namespace tapedeck::power
