// A service in memory: answers each call by a script, and keeps what it was sent.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "http/client_pool.h"

namespace tapedeck {

/// For one thread. A call without a script left breaks off.
class CannedOutbound final : public http::Outbound {
 public:
  using Script = std::function<http::Response(const http::ClientRequest&)>;

  struct Received {
    http::ClientRequest request;
    std::string body;
  };

  void answer(Script script) { scripts_.push_back(std::move(script)); }
  void answer(int status, std::string body = "", std::string date = "") {
    answer([=](const http::ClientRequest&) {
      auto response = http::make_response(status, "application/xml", body);
      if (!date.empty()) response.fields.set("Date", date);
      return response;
    });
  }
  void break_off() {
    answer([](const http::ClientRequest&) -> http::Response {
      throw Error(Fault::unavailable, "it broke off");
    });
  }
  const std::vector<Received>& received() const { return received_; }

  Task<http::Response> send(http::ClientRequest& request) override {
    Received got{request, ""};
    if (request.body != nullptr) got.body = co_await read_all(*request.body, GiB);
    received_.push_back(std::move(got));
    if (scripts_.empty()) throw Error(Fault::unavailable, "there is no more in the script");
    auto script = std::move(scripts_.front());
    scripts_.pop_front();
    auto response = script(request);
    if (!response.body) response.body = std::make_unique<MemorySource>("");
    co_return response;
  }
  std::string host() const override { return "service.example"; }

 private:
  std::deque<Script> scripts_;
  std::vector<Received> received_;
};

}  // namespace tapedeck
