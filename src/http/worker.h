// Worker: one I/O thread with its io_context, its listening sockets and its connections.
#pragma once

#include <list>
#include <memory>
#include <vector>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "http/connection.h"
#include "http/descriptor.h"
#include "http/workbench.h"

namespace tapedeck::http {

/// All but stop() is for the thread that calls run().
class Worker {
 public:
  Worker(Door& door, std::vector<Descriptor> listeners);
  ~Worker();

  /// Until the last connection has ended after stop().
  void run();

  /// Safe from any thread.
  void stop();

 private:
  using Listener = asio::posix::basic_stream_descriptor<Executor>;

  /// The later phases of a stop.
  class StopClock final : public Deadline {
   public:
    StopClock(Worker& worker, void (Worker::*action)()) : worker_(&worker), action_(action) {}

   private:
    void expire() override { (worker_->*action_)(); }
    Worker* worker_;
    void (Worker::*action_)();
  };

  Task<void> accept_from(Listener& listener);
  /// False: the system has no descriptor left.
  bool accept_waiting(Listener& listener);
  void admit(Descriptor socket, Peer peer);
  void turn_away(const Descriptor& socket);
  void begin_stop();
  void end_bodies();
  void end_all();
  void check_stopped();

  asio::io_context context_{1};
  Workbench bench_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::list<std::unique_ptr<Connection>> connections_;
  StopClock body_clock_{*this, &Worker::end_bodies};
  StopClock end_clock_{*this, &Worker::end_all};
};

}  // namespace tapedeck::http
