// One keep-alive connection that sends a request, reads the answer, and sends the next.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "bench/load/plan.h"

namespace load {

using Clock = std::chrono::steady_clock;

/// Non-blocking; driven by the readiness of its socket.
class Connection {
 public:
  Connection(const Plan& plan, const std::string& payload) : plan_(plan), payload_(payload) {}
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Connects anew. Throws std::runtime_error when refused.
  void open();
  int descriptor() const { return socket_; }

  /// Begins request `number`.
  void begin(std::uint64_t number);

  enum class Progress { waiting, answered, broken };
  /// Sends and reads what is possible now.
  Progress go_on();

  Clock::time_point began() const { return began_; }
  int status() const { return status_; }
  std::uint64_t received_bytes() const { return received_bytes_; }  // of the answer's body
  bool wants_to_write() const { return head_sent_ < head_.size() || body_sent_ < body_bytes(); }

 private:
  std::uint64_t body_bytes() const { return plan_.has_body ? plan_.body_bytes : 0; }
  bool send_some();  // false: broken
  Progress read_some();
  bool parse_head();  // false: not whole yet

  const Plan& plan_;
  const std::string& payload_;  // repeated to make a body of any length
  int socket_ = -1;

  std::string head_;
  std::size_t head_sent_ = 0;
  std::uint64_t body_sent_ = 0;
  Clock::time_point began_;

  std::string answer_head_;
  bool head_read_ = false;
  int status_ = 0;
  bool chunked_ = false;
  std::uint64_t answer_bytes_ = 0;  // announced
  std::uint64_t received_bytes_ = 0;
  std::string chunk_tail_;  // the last bytes seen, to find the end of a chunked body
};

}  // namespace load
