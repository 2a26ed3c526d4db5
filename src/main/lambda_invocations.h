// Invocations: events on their way between a gateway and the instances of a function.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/doorbells.h"
#include "base/env.h"
#include "base/id.h"
#include "http/message.h"

namespace tapedeck::lambda {

/// One event, from the request to the answer.
struct Invoked {
  std::string id;
  std::string event;
  Time deadline;
  bool wants_answer = true;                // false: the clock's
  std::optional<std::size_t> instance;     // that took it
  std::optional<http::Response> response;  // the answer for the client, or its beginning
  bool given_up = false;                   // the client has its answer, or has left
  bool body_done = true;                   // false while the client reads a stream
};

/// Safe for concurrent use; what a pointer leads to is changed under change().
class Invocations {
 public:
  using Pointer = std::shared_ptr<Invoked>;

  explicit Invocations(Env& env) : env_(env) {}

  Pointer add(std::string event, Millis time_max, bool wants_answer);

  /// The next event for that instance, when there is one; nothing when the instance was forgotten
  /// after `generation`.
  Task<Pointer> take(std::size_t instance);

  /// Waits until the invocation has a response; false: its time is over.
  Task<bool> wait_for_response(Pointer invoked, Millis longer);
  /// Waits until the client has read the stream.
  Task<void> wait_for_reader(Pointer invoked);

  /// Null when it is unknown, was given up, or has its response.
  Pointer find(const std::string& id);
  /// False when it has one already.
  bool respond(const Pointer& invoked, http::Response response);
  void end_reading(const Pointer& invoked);
  void give_up(const Pointer& invoked);

  /// Ends the wait of take(), which gives null, and gives the instance's events a 502.
  void forget(std::size_t instance);
  /// Every take() gives null from now on.
  void stop();

 private:
  void ring_all();

  Env& env_;
  Doorbells bells_;
  std::mutex mutex_;
  std::deque<Pointer> waiting_;  // Guarded by mutex_, as all below.
  std::map<std::string, Pointer> known_;
  std::map<std::size_t, std::uint64_t> generations_;  // of the instances
  bool stopped_ = false;
};

}  // namespace tapedeck::lambda
