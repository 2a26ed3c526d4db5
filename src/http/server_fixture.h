// A real server on loopback and a raw client, for the tests of this room.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "http/server.h"

namespace tapedeck::http {

/// Runs in a thread of its own; stopped when destroyed.
class RunningServer {
 public:
  /// Listens on 127.0.0.1 and a free port unless the options say otherwise.
  RunningServer(Handler handler, ServerOptions options = {});
  ~RunningServer();

  std::uint16_t port() const { return server_->ports().front(); }
  Server& server() { return *server_; }
  /// Stops it and waits for run() to return.
  void stop();
  /// Until nobody is connected any more; false after 5 s.
  bool await_no_connections() const;

  struct Seen {
    std::string method;
    int status = 0;
    ByteCount received_bytes = 0;
    ByteCount sent_bytes = 0;
    bool complete = false;
    std::string remote_address;
  };
  std::vector<Seen> exchanges();

 private:
  Log log_{Log::Options{.level = LogLevel::error}};
  std::mutex mutex_;
  std::vector<Seen> seen_;  // Guarded by mutex_.
  std::unique_ptr<Server> server_;
  std::thread thread_;
  bool stopping_ = false;
};

/// One response as a client reads it.
struct Reply {
  int status = 0;  // 0: the connection ended before a whole head
  std::string head;
  std::string body;
  bool whole = false;
  std::string field(std::string_view name) const;
};

/// A blocking socket that sends what it is told, right or wrong. Gives up after 10 s.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  explicit RawClient(const std::string& socket_path);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False when the server does not take it.
  bool send(std::string_view bytes);
  void end_sending();
  /// The next response, decoded; `head_request`: without a body whatever the head says.
  Reply receive(bool head_request = false);
  /// True when the server has closed and nothing is left; false when it says something, or
  /// nothing for `patience`.
  bool closed(std::chrono::milliseconds patience = std::chrono::seconds(5));

 private:
  bool fill();
  std::string take(std::size_t count);
  std::string take_line();
  void take_body(Reply& reply);

  int socket_ = -1;
  std::string buffer_;
};

/// Answers 200 with what came; a body error becomes 400, 408, 413 or 503.
Task<Response> answer_with_body(Request& request);

}  // namespace tapedeck::http
