// Run: one simulation from its begin to its last inspection.
#pragma once

#include <functional>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "simulator/client.h"
#include "simulator/feed_reader.h"

namespace tapedeck::simulator {

/// What a simulation came to.
struct RunReport {
  std::vector<std::string> findings;
  std::uint64_t calls = 0;     // to both services while clients were at work
  std::uint64_t requests = 0;  // of clients
  std::size_t crashes = 0;
  std::map<CallFault, std::size_t> faults;  // those that befell a call
  std::uint64_t trace = 0;                  // a digest of all calls in their order
};

/// A simulation in its making. For one thread; used once.
class Run {
 public:
  Run(const StageOptions& options, std::uint64_t seed);

  World& world() { return world_; }
  std::mt19937_64& dice() { return dice_; }
  /// So many letters, each time others.
  std::string make_bytes(std::size_t least, std::size_t most);

  /// Asked for each call of the clients' time, which are counted from 0.
  void set_faults(std::function<CallFault(const CallInfo&)> fault_of);
  /// No faults before `let_faults_begin`, and calls are counted from there.
  void hold_faults_back() { holds_back_ = true; }
  void let_faults_begin();
  /// Somebody with an account, made while there are no faults.
  Client& add_client(const std::string& username);
  /// Another client of that account.
  Client& add_another(const std::string& username);
  /// A client's time; all of them pass side by side.
  void start(Task<void> task);

  /// Somebody who follows the feed of that account.
  FeedReader& add_reader(const std::string& username);
  /// Every call and what came of it is written there.
  void tell(std::ostream& story);
  /// Any server sweeps. That it fails is no harm: the next one does it.
  Task<void> sweep_somewhere();

  enum class Depth { garbage, leftovers };
  /// Until every client is done; then everything is looked at, again a day later after a sweep, and
  /// (leftovers) when all is forgotten.
  RunReport finish(Depth depth);

 private:
  Task<void> count_down(Task<void> task);
  Task<void> wait_for_all();
  Task<void> inspect_all(Depth depth);
  Task<void> sweep(const char* when);
  CallFault draw_fault(CallInfo call);
  void note_call(const CallInfo& call, const ServiceAnswer& answer);

  Model model_;
  std::mt19937_64 dice_;
  Stage stage_;
  World world_{stage_, model_, dice_};
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<std::unique_ptr<FeedReader>> readers_;
  std::vector<Task<void>> tasks_;
  std::size_t running_ = 0;
  Job resume_;  // when none is
  std::function<CallFault(const CallInfo&)> fault_of_;
  bool holds_back_ = false;
  std::uint64_t first_call_ = 0;
  std::ostream* story_ = nullptr;
  RunReport report_;
};

}  // namespace tapedeck::simulator
