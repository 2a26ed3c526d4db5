// DirectOutbound: a simulated service without a network and without virtual time.
#pragma once

#include <mutex>

#include "base/env.h"
#include "http/client_pool.h"
#include "simulator/network.h"
#include "simulator/service.h"

namespace tapedeck::simulator {

/// Answers at once, by the machine's clock. Safe for concurrent use, as long as all that use the
/// service share one.
class DirectOutbound final : public http::Outbound {
 public:
  explicit DirectOutbound(Service& service) : service_(service) {}

  Task<http::Response> send(http::ClientRequest& request) override {
    auto read = co_await read_request(request);
    std::lock_guard lock(mutex_);
    auto answer = service_.serve(read, env_.now(), ServiceMood());
    co_return to_response(std::move(answer), read.method == "HEAD", false);
  }
  std::string host() const override { return "service.simulated"; }

 private:
  Service& service_;
  SystemEnv env_;
  std::mutex mutex_;
};

}  // namespace tapedeck::simulator
