// Connection: one client, request after request, on the thread that accepted it.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include <boost/asio/cancellation_signal.hpp>

#include "http/address.h"
#include "http/body_reader.h"
#include "http/head_scanner.h"
#include "http/response_sender.h"
#include "http/wire.h"
#include "http/workbench.h"

namespace tapedeck::http {

/// Who is at the other end; no address: a Unix socket.
struct Peer {
  std::optional<Address> address;
};

/// For one thread. Its owner runs serve() once and keeps it until that has ended.
class Connection {
 public:
  Connection(Workbench& bench, int descriptor, Peer peer, Admission::Ticket ticket);

  /// Until the client or the server ends it. Throws nothing.
  Task<void> serve();

  /// The stop has reached a new phase: wakes up what only waits for the client's next bytes.
  void notice_stop();
  /// Ends it whatever it is doing; a handler that waits is cancelled.
  void break_off();

  asio::cancellation_slot cancellation() { return cancel_.slot(); }

 private:
  using Clock = Wire::Clock;
  using Head = std::optional<std::variant<RequestHead, Refusal>>;

  Task<void> serve_requests();
  Task<bool> shake_hands();
  Task<Head> next_head();
  Task<bool> await_bytes(Clock::time_point until);
  Head take_head(HeadScanner& scanner, ByteView received);
  Task<bool> answer(RequestHead& head);
  Task<void> refuse(const Refusal& refusal);
  Task<void> send_early(Response response);
  Task<void> linger();
  Request make_request(RequestHead& head);
  bool must_close(const RequestHead& head, const Response& response) const;
  void report(const Request& request, const Response& response, ResponseSender::Sent sent,
              Clock::time_point start) const;

  Workbench& bench_;
  const ServerLimits& limits_;
  Peer peer_;
  Admission::Ticket ticket_;
  std::string peer_name_;
  bool trusted_proxy_ = false;
  Wire wire_;
  Backlog backlog_;
  BodyReader body_;
  ResponseSender sender_;
  bool idle_ = false;       // waits for the first byte of a head
  bool head_sent_ = false;  // of the response to the current request
  bool unread_ = false;     // the client may still be sending when we close
  asio::cancellation_signal cancel_;
};

}  // namespace tapedeck::http
