#include "http/connection.h"

#include <exception>

namespace tapedeck::http {

namespace {
/// How long a client may go on sending after an answer that closes, so that it can read it.
constexpr std::chrono::seconds linger_time{2};
}  // namespace

Connection::Connection(Workbench& bench, int descriptor, Peer peer, Admission::Ticket ticket)
    : bench_(bench),
      limits_(bench.door.options.limits),
      peer_(peer),
      ticket_(std::move(ticket)),
      peer_name_(peer.address ? peer.address->text() : "local"),
      trusted_proxy_(peer.address && bench.door.proxies.trusts(*peer.address)),
      wire_(bench.poller, bench.wheel, descriptor),
      body_(bench, wire_, backlog_),
      sender_(bench, wire_, body_) {
  if (bench.door.tls && peer.address) wire_.secure(bench.door.tls->make_session());
}

void Connection::notice_stop() {
  if (idle_ || body_.waiting()) wire_.interrupt();
}

void Connection::break_off() {
  wire_.break_off();
  cancel_.emit(asio::cancellation_type::terminal);
}

Task<void> Connection::serve() {
  try {
    co_await serve_requests();
  } catch (const std::exception& error) {
    if (!wire_.broken_off()) {
      bench_.door.log.error("connection failed", {{"reason", error.what()}});
    }
  }
}

Task<void> Connection::serve_requests() {
  if (wire_.is_secure()) {
    auto secured = co_await shake_hands();
    if (!secured) co_return;
  }
  for (auto again = true; again;) {
    auto head = co_await next_head();
    if (!head) co_return;
    if (auto* refusal = std::get_if<Refusal>(&*head)) {
      co_await refuse(*refusal);
      break;
    }
    auto& request_head = std::get<RequestHead>(*head);
    again = co_await answer(request_head);
  }
  co_await linger();
}

Task<bool> Connection::shake_hands() {
  auto until = Clock::now() + limits_.tls_handshake_time;
  for (;;) {
    auto step = wire_.accept_tls();
    if (step.kind == Step::Kind::done) break;
    if (step.kind != Step::Kind::blocked) co_return false;
    auto waited = co_await wire_.wait(until);
    if (waited != Waited::ready) co_return false;
  }
  wire_.want_to_receive();
  co_return true;
}

/// The next request's head or why there is none; nothing when the connection ends.
Task<Connection::Head> Connection::next_head() {
  HeadScanner scanner(limits_);
  auto until = Clock::now() + (backlog_.empty() ? limits_.keep_alive_time : limits_.header_time);
  if (!backlog_.empty()) {
    auto head = take_head(scanner, {});
    if (head) co_return head;
  }
  wire_.want_to_receive();
  auto wait_first = !wire_.is_secure();  // TLS may hold bytes that the socket does not show
  for (;;) {
    if (wait_first) {
      idle_ = backlog_.empty();
      if (idle_ && bench_.stop != Stop::no) co_return std::nullopt;
      auto waited = co_await wire_.wait(until);
      idle_ = false;
      if (waited == Waited::timed_out && !backlog_.empty()) {
        co_return Refusal{.status = 408, .detail = "The request head did not come in time."};
      }
      if (waited != Waited::ready) co_return std::nullopt;
    }
    auto step = wire_.receive(bench_.received.get(), Workbench::receive_bytes);
    wait_first = true;
    if (step.kind == Step::Kind::blocked) continue;
    if (step.kind != Step::Kind::done) co_return std::nullopt;
    if (backlog_.empty()) until = Clock::now() + limits_.header_time;
    auto head = take_head(scanner, ByteView(bench_.received.get(), step.bytes));
    if (head) co_return head;
  }
}

/// Looks for a head in the backlog and what was received; what is not of it stays in the backlog.
Connection::Head Connection::take_head(HeadScanner& scanner, ByteView received) {
  auto in_place = backlog_.empty();
  if (!in_place && !received.empty()) backlog_.append(received);
  auto bytes = in_place ? received : backlog_.view();
  auto found = scanner.scan(bytes);
  if (found == HeadScanner::Found::refusal) return scanner.refusal();
  if (found == HeadScanner::Found::incomplete) {
    if (in_place) backlog_.append(bytes);
    return std::nullopt;
  }
  auto begin = scanner.skipped_bytes();
  auto head = parse_head(bytes.substr(begin, scanner.head_bytes() - begin));
  if (!in_place) {
    backlog_.consume(scanner.head_bytes());
  } else if (bytes.size() > scanner.head_bytes()) {
    backlog_.append(bytes.substr(scanner.head_bytes()));
  }
  return head;
}

Request Connection::make_request(RequestHead& head) {
  Request request;
  request.method = std::move(head.method);
  request.target = std::move(head.target);
  request.fields = std::move(head.fields);
  request.body = body_.make_source();
  if (!head.framing.chunked) request.body_bytes = head.framing.bytes;
  request.local = !peer_.address;
  request.secure = wire_.is_secure();
  if (trusted_proxy_) {
    auto client = bench_.door.proxies.find_client(*peer_.address, request.fields);
    request.remote_address = std::move(client.address);
    request.secure = request.secure || client.secure;
  } else {
    request.remote_address = peer_name_;
  }
  if (!head.old_client) {
    request.inform = [this](Response response) { return send_early(std::move(response)); };
  }
  return request;
}

Task<void> Connection::send_early(Response response) {
  auto informational = response.status >= 100 && response.status < 200;
  if (head_sent_ || !informational) co_return;
  co_await sender_.send_informational(response);
}

bool Connection::must_close(const RequestHead& head, const Response& response) const {
  if (response.close || !head.keep_alive || bench_.stop != Stop::no) return true;
  if (body_.failed() || body_.ambiguous()) return true;
  // An error that comes before the body was read: the client had better not send the rest.
  return response.status >= 400 && body_.left_bytes().value_or(0) > limits_.drain_bytes;
}

/// True when another request may follow.
Task<bool> Connection::answer(RequestHead& head) {
  auto start = Clock::now();
  body_.begin(head);
  head_sent_ = false;
  auto request = make_request(head);
  auto response = co_await bench_.door.handler(request);
  head_sent_ = true;
  if (response.abandon) {
    report(request, response, {.bytes = 0, .complete = false}, start);
    wire_.break_off();
    co_return false;
  }
  auto close = must_close(head, response);
  auto framing = frame_response(response, request.method == "HEAD", head.old_client, close);
  auto sent = co_await sender_.send(response, framing);
  wire_.want_to_receive();
  report(request, response, sent, start);
  if (!sent.complete) co_return false;
  auto drained = body_.complete();
  if (!drained && !framing.close) drained = co_await body_.drain(limits_.drain_bytes);
  body_.finish();
  unread_ = !drained || !backlog_.empty();
  co_return drained && !framing.close;
}

void Connection::report(const Request& request, const Response& response, ResponseSender::Sent sent,
                        Clock::time_point start) const {
  if (!bench_.door.options.on_exchange) return;
  auto duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
  Exchange exchange{.method = request.method,
                    .target = request.target.raw,
                    .remote_address = request.remote_address,
                    .request_id = response.fields.find("X-Request-Id").value_or(""),
                    .status = response.status,
                    .received_bytes = body_.received_bytes(),
                    .sent_bytes = sent.bytes,
                    .duration = duration,
                    .complete = sent.complete};
  bench_.door.options.on_exchange(exchange);
}

Task<void> Connection::refuse(const Refusal& refusal) {
  auto start = Clock::now();
  RequestHead nothing;
  body_.begin(nothing);
  Request request;
  request.remote_address = peer_name_;
  auto response = make_response(refusal);
  auto framing = frame_response(response, false, false, true);
  auto sent = co_await sender_.send(response, framing);
  report(request, response, sent, start);
  unread_ = true;
}

/// A socket that is closed with unread bytes resets the connection and the client may lose the
/// answer: so the end is announced, and for a moment what still comes is dropped.
Task<void> Connection::linger() {
  if (wire_.broken_off()) co_return;
  wire_.end_sending();
  if (!unread_) co_return;
  wire_.want_to_receive();
  auto until = Clock::now() + linger_time;
  for (;;) {
    auto waited = co_await wire_.wait(until);
    if (waited != Waited::ready) co_return;
    auto step = wire_.receive(bench_.received.get(), Workbench::receive_bytes);
    if (step.kind == Step::Kind::ended || step.kind == Step::Kind::broken) co_return;
  }
}

}  // namespace tapedeck::http
