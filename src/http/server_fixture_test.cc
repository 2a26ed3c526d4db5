// The parts of server_fixture.h.
#include "http/server_fixture.h"

#include <chrono>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace tapedeck::http {

RunningServer::RunningServer(Handler handler, ServerOptions options) {
  if (options.listen == std::vector<std::string>{"localhost:8080"}) {
    options.listen = {"127.0.0.1:0"};
  }
  if (options.threads == 0) options.threads = 2;
  options.on_exchange = [this](const Exchange& exchange) {
    std::lock_guard lock(mutex_);
    seen_.push_back({std::string(exchange.method), exchange.status, exchange.received_bytes,
                     exchange.sent_bytes, exchange.complete, std::string(exchange.remote_address)});
  };
  server_ = std::make_unique<Server>(std::move(options), std::move(handler), log_);
  thread_ = std::thread([this] { server_->run(); });
}

RunningServer::~RunningServer() {
  stop();
}

void RunningServer::stop() {
  if (!stopping_) server_->stop();
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

bool RunningServer::await_no_connections() const {
  for (int i = 0; i < 500; ++i) {
    if (server_->connections() == 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

std::vector<RunningServer::Seen> RunningServer::exchanges() {
  std::lock_guard lock(mutex_);
  return seen_;
}

std::string Reply::field(std::string_view name) const {
  auto wanted = "\r\n" + std::string(name) + ": ";
  auto at = head.find(wanted);
  if (at == std::string::npos) return {};
  at += wanted.size();
  return head.substr(at, head.find("\r\n", at) - at);
}

namespace {
void set_patience(int socket) {
  timeval patience{.tv_sec = 10, .tv_usec = 0};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}
}  // namespace

RawClient::RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  set_patience(socket_);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
}

RawClient::RawClient(const std::string& socket_path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
  set_patience(socket_);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
}

RawClient::~RawClient() {
  ::close(socket_);
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::end_sending() {
  ::shutdown(socket_, SHUT_WR);
}

bool RawClient::fill() {
  char chunk[65536];
  auto count = ::recv(socket_, chunk, sizeof chunk, 0);
  if (count > 0) buffer_.append(chunk, static_cast<std::size_t>(count));
  return count > 0;
}

std::string RawClient::take(std::size_t count) {
  while (buffer_.size() < count && fill()) {
  }
  auto taken = buffer_.substr(0, count);
  buffer_.erase(0, taken.size());
  return taken;
}

std::string RawClient::take_line() {
  while (buffer_.find("\r\n") == std::string::npos && fill()) {
  }
  auto end = buffer_.find("\r\n");
  return end == std::string::npos ? take(buffer_.size()) : take(end + 2);
}

Reply RawClient::receive(bool head_request) {
  Reply reply;
  while (buffer_.find("\r\n\r\n") == std::string::npos) {
    if (!fill()) return reply;
  }
  reply.head = take(buffer_.find("\r\n\r\n") + 4);
  reply.status = std::atoi(reply.head.c_str() + 9);
  if (head_request || reply.status < 200 || reply.status == 204 || reply.status == 304) {
    reply.whole = true;
  } else {
    take_body(reply);
  }
  return reply;
}

void RawClient::take_body(Reply& reply) {
  auto length = reply.field("Content-Length");
  if (!length.empty()) {
    auto wanted = std::stoull(length);
    reply.body = take(wanted);
    reply.whole = reply.body.size() == wanted;
    return;
  }
  if (reply.field("Transfer-Encoding") != "chunked") {
    while (fill()) {
    }
    reply.body = take(buffer_.size());
    reply.whole = true;
    return;
  }
  for (;;) {
    auto line = take_line();
    if (line.empty()) return;
    auto size = std::stoull(line, nullptr, 16);
    reply.body += take(size);
    if (take_line() != "\r\n") return;
    if (size == 0) break;
  }
  reply.whole = true;
}

bool RawClient::closed(std::chrono::milliseconds patience) {
  pollfd wait{.fd = socket_, .events = POLLIN, .revents = 0};
  if (!buffer_.empty() || ::poll(&wait, 1, static_cast<int>(patience.count())) <= 0) return false;
  char byte = 0;
  return ::recv(socket_, &byte, 1, 0) <= 0;
}

Task<Response> answer_with_body(Request& request) {
  int status = 500;
  std::string detail;
  try {
    auto body = co_await read_all(*request.body, 64 * MiB);
    co_return make_response(200, "application/octet-stream", std::move(body));
  } catch (const Error& error) {
    detail = error.what();
    if (error.fault() == Fault::invalid) status = 400;
    if (error.fault() == Fault::timed_out) status = 408;
    if (error.fault() == Fault::unavailable) status = 503;
  }
  co_return make_response(status, "text/plain", std::move(detail));
}

}  // namespace tapedeck::http
