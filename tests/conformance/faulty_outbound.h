// FaultyOutbound: a network that loses what it carries, between a client and a real engine.
#pragma once

#include <mutex>
#include <optional>

#include "base/bytes.h"
#include "http/client_pool.h"

namespace tapedeck {

/// Of one call.
enum class NetworkFault {
  none,
  lost_call,    // it never arrives
  lost_answer,  // it is done, and nobody hears of it
  late_call,    // it arrives when the next but one is sent, and nobody hears of it
};

/// Safe for concurrent use. Which call suffers what is for a derived class to say. A lost one
/// throws Error{unavailable}, as a connection that breaks off does.
class FaultyOutbound : public http::Outbound {
 public:
  explicit FaultyOutbound(http::Outbound& real) : real_(real) {}

  Task<http::Response> send(http::ClientRequest& request) final;
  std::string host() const final { return real_.host(); }

 protected:
  /// The calls are numbered from 0. May throw: then it never arrives.
  virtual NetworkFault fault_of(std::size_t call) = 0;

 private:
  struct Kept {
    http::ClientRequest request;  // without its body
    std::string body;
    std::size_t due = 0;  // the call before which it arrives
  };
  Task<http::Response> deliver(Kept kept);
  std::size_t count_call();
  std::optional<Kept> take_late(std::size_t call);

  http::Outbound& real_;
  std::mutex mutex_;
  std::size_t calls_ = 0;     // guarded by mutex_
  std::optional<Kept> late_;  // guarded by mutex_
};

}  // namespace tapedeck
