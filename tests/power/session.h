// Session: the product at work on a disk, and what it acknowledged at which step of the disk.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "power/model.h"
#include "power/product.h"

namespace tapedeck::power {

/// What a request said when it was acknowledged.
struct Told {
  std::optional<Recording> recording;  // by its title in the model
  std::string token;                   // of the step's subject; it works from now on
  std::string invitation;              // the same
  std::string upload_secret;
};

/// One request (or sweep, or restart), from its begin to its acknowledgement.
struct Step {
  std::string kind;
  std::string subject;
  std::shared_ptr<const Model> before;
  std::shared_ptr<const Model> after;
  std::size_t begin = 0;  // operations of the disk that were done by then
  std::size_t end = 0;
  Time at;
  /// Makes `after` true once more, whatever a crash left; empty: a client cannot know how.
  std::function<void(Product&)> repeat;
};

/// A crash between two operations of the disk: what was acknowledged then.
struct Moment {
  const Step* step = nullptr;
  bool is_under_way = false;  // `after` was not acknowledged yet

  Stages stages() const {
    if (is_under_way) return {step->before, step->after};
    return {step->after};
  }
};

class Session {
 public:
  using Change = std::function<void(Model&)>;
  using Act = std::function<Told(Product&)>;
  using Repetition = std::function<void(Product&)>;
  enum class Repeat { no, yes };

  /// Starts the product on an empty disk; that is the first step.
  Session(std::uint64_t seed, const Bug& bug);

  /// Does it, and remembers that `change` is true from then on. It is not when `act` throws
  /// unavailable. Throws whatever else `act` throws, and std::logic_error when the product does not
  /// show what the model says. Gives what `act` gave.
  Told perform(const std::string& kind, const std::string& subject, const Change& change, Act act,
               Repeat repeat);
  /// The same, when a client would repeat another way.
  Told perform(const std::string& kind, const std::string& subject, const Change& change,
               const Act& act, Repetition repetition);
  /// Time passes before the next step.
  void pass(Millis duration) { env_.pass(duration); }
  /// A sweep, and what the model says of it.
  void sweep();
  /// Stopped in order, and started again.
  void restart();
  /// The same as a part of a step. Gives the product that runs from then on.
  Product& start_again();

  const Model& model() const { return model_; }
  const std::vector<Step>& steps() const { return steps_; }
  const SimulatedDisk& disk() const { return disk_; }
  SimulatedDisk& disk() { return disk_; }
  Moment moment_at(std::size_t disk_step) const;

 private:
  void remember(const std::string& subject, const Told& told);
  void check() const;

  const Bug& bug_;
  SimulatedDisk disk_;
  TestEnv env_;
  std::unique_ptr<Product> product_;
  Model model_;
  std::vector<Step> steps_;
};

}  // namespace tapedeck::power
