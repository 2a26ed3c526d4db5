// Poller: which sockets of a worker are ready. Each is made known to the kernel once,
// edge-triggered (epoll(7)), and what it was told is remembered; so a wait costs no system call,
// and one for what is there already costs nothing.
#pragma once

#include <cstddef>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "base/task.h"

namespace tapedeck::http {

class Poller;

/// A socket that a poller watches, from add() on until it is destroyed. Its descriptor is closed by
/// then, or at once afterwards: closing is what ends it for the kernel.
class Polled {
 public:
  Polled() = default;
  Polled(const Polled&) = delete;
  Polled& operator=(const Polled&) = delete;

 protected:
  virtual ~Polled();

  /// Has its turn: something happened since it was last called, or somebody has scheduled it.
  virtual void take_turn() = 0;

  /// What an edge has said and no step has disproved: who finds that the socket would block makes
  /// it false, and the next edge makes it true again.
  bool readable_ = false;
  bool writable_ = true;
  /// The peer has ended or broken its direction; then a short read does not mean that nothing is
  /// left to be read: the end is.
  bool peer_ended_ = false;

 private:
  friend class Poller;
  Poller* poller_ = nullptr;
  Polled* previous_ = nullptr;  // in a queue of turns
  Polled* next_ = nullptr;      // null: in none
};

/// For one thread, that of the context; outlives what it watches. Its waits keep the context
/// running as long as it watches anything.
class Poller {
 public:
  explicit Poller(asio::io_context& context);

  /// Throws std::system_error when the kernel has no place for it.
  void add(Polled& socket, int descriptor);

  /// Gives the socket a turn soon, after those that are ahead of it. Never calls it at once.
  void schedule(Polled& socket);

  std::size_t watched() const { return watched_; }

 private:
  friend class Polled;
  using Descriptor = asio::posix::basic_stream_descriptor<Executor>;

  /// A ring of sockets by their own pointers; this is its anchor.
  struct Queue final : Polled {
    Queue() { clear(); }
    void clear();
    bool empty() const;
    void push(Polled& socket);
    void take_all(Queue& from);
    void take_turn() override {}
  };

  static void unlink(Polled& socket);
  void forget(Polled& socket);
  void take_turns();
  std::size_t collect();
  void run_due();
  void go_on(bool busy);
  void post();
  void arm();

  asio::io_context& context_;
  Descriptor kernel_;  // the epoll descriptor, for which the context waits
  Queue due_;
  Queue running_;
  std::size_t watched_ = 0;
  bool armed_ = false;    // the context waits for it
  bool posted_ = false;   // the context will give us a turn anyway
  bool in_turn_ = false;  // and what comes due now is seen at its end
};

}  // namespace tapedeck::http
