// One keep-alive connection that sends a request, reads the answer, and sends the next.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "bench/load/tls.h"

namespace load {

using Clock = std::chrono::steady_clock;

struct Address {
  std::string host = "127.0.0.1";  // IPv4
  std::uint16_t port = 0;
  std::string from;  // the client's own address; empty: the system's choice
  bool tls = false;
};

/// What one request sends.
struct Outgoing {
  std::string head;              // with the empty line
  std::string_view payload;      // repeated to make a body of any length …
  std::uint64_t payload_at = 0;  // … from here on
  std::uint64_t body_bytes = 0;
  std::string tail;      // after the payload
  bool is_head = false;  // the answer has no body, whatever it announces
};

/// Non-blocking; driven by the readiness of its socket.
class Connection {
 public:
  explicit Connection(Address address) : address_(std::move(address)) {}
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Connects anew. Throws std::runtime_error when refused.
  void open();
  int descriptor() const { return socket_; }

  void begin(Outgoing request);

  enum class Progress { waiting, answered, broken };
  /// Sends and reads what is possible now.
  Progress go_on();

  /// What TLS uses; empty when plain.
  std::string agreed() const { return tls_ ? tls_->agreed() : std::string(); }

  Clock::time_point began() const { return began_; }
  int status() const { return status_; }
  /// A field of the answer's head; empty when absent.
  std::string_view answer_field(std::string_view name) const;
  std::uint64_t received_bytes() const { return received_bytes_; }  // of the answer's body
  /// Who wants to see the answers' bodies.
  void show_bodies(std::function<void(std::string_view)> viewer) { viewer_ = std::move(viewer); }
  bool wants_to_write() const {
    return head_sent_ < request_.head.size() || body_sent_ < request_.body_bytes ||
           tail_sent_ < request_.tail.size();
  }

 private:
  std::size_t pieces_left(iovec (&pieces)[3]) const;
  ssize_t send_now(iovec* pieces, std::size_t count);
  ssize_t receive_now(char* to, std::size_t size);
  bool send_some();  // false: broken
  Progress read_some();
  bool parse_head();  // false: not whole yet
  void take_body(std::string_view bytes);

  const Address address_;
  std::function<void(std::string_view)> viewer_;
  int socket_ = -1;
  std::unique_ptr<Tls> tls_;  // null: plain

  Outgoing request_;
  std::size_t head_sent_ = 0;
  std::uint64_t body_sent_ = 0;
  std::size_t tail_sent_ = 0;
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
