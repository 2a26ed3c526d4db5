#include "bench/load/connection.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

namespace load {

namespace {

constexpr std::size_t read_bytes = 256 * 1024;

/// The value of a header field in a raw head; empty when absent.
std::string_view field(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;
       at = head.find("\r\n", at + 2)) {
    auto line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (strncasecmp(line.data(), name.data(), name.size()) != 0) continue;
    auto value = line.substr(name.size() + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    return value;
  }
  return {};
}

sockaddr_in socket_address(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  return address;
}

}  // namespace

Connection::~Connection() {
  tls_.reset();
  if (socket_ >= 0) ::close(socket_);
}

void Connection::open() {
  tls_.reset();
  if (socket_ >= 0) ::close(socket_);
  socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
  int later = 1;  // the port is chosen with the connection, so each address has all of them
  ::setsockopt(socket_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &later, sizeof later);
  auto own = socket_address(address_.from, 0);
  auto* any = reinterpret_cast<sockaddr*>(&own);
  if (!address_.from.empty() && ::bind(socket_, any, sizeof own) != 0) {
    throw std::runtime_error("cannot use the address " + address_.from);
  }
  auto server = socket_address(address_.host, address_.port);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&server), sizeof server) != 0) {
    throw std::runtime_error(std::string("cannot connect: ") + std::strerror(errno));
  }
  int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (address_.tls) tls_ = std::make_unique<Tls>(socket_);
}

void Connection::begin(Outgoing request) {
  request_ = std::move(request);
  head_sent_ = 0;
  body_sent_ = 0;
  tail_sent_ = 0;
  began_ = Clock::now();
  answer_head_.clear();
  head_read_ = false;
  status_ = 0;
  received_bytes_ = 0;
  chunk_tail_.clear();
}

Connection::Progress Connection::go_on() {
  if (wants_to_write() && !send_some()) return Progress::broken;
  return read_some();
}

std::size_t Connection::pieces_left(iovec (&pieces)[3]) const {
  std::size_t count = 0;
  auto add = [&](std::string_view bytes) {
    if (!bytes.empty()) pieces[count++] = {const_cast<char*>(bytes.data()), bytes.size()};
  };
  add(std::string_view(request_.head).substr(head_sent_));
  auto left = request_.body_bytes - body_sent_;
  if (left > 0) {
    auto at = (request_.payload_at + body_sent_) % request_.payload.size();
    auto run = request_.payload.substr(at, left);
    add(run);
    if (run.size() < left) return count;
  }
  add(std::string_view(request_.tail).substr(tail_sent_));
  return count;
}

ssize_t Connection::send_now(iovec* pieces, std::size_t count) {
  if (tls_) return tls_->send(pieces[0]);
  msghdr message{};
  message.msg_iov = pieces;
  message.msg_iovlen = count;
  return ::sendmsg(socket_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

ssize_t Connection::receive_now(char* to, std::size_t size) {
  return tls_ ? tls_->receive(to, size) : ::recv(socket_, to, size, MSG_DONTWAIT);
}

bool Connection::send_some() {
  while (wants_to_write()) {
    iovec pieces[3];
    auto sent = send_now(pieces, pieces_left(pieces));
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    auto bytes = static_cast<std::uint64_t>(sent);
    auto of_head = std::min<std::uint64_t>(bytes, request_.head.size() - head_sent_);
    auto of_body = std::min<std::uint64_t>(bytes - of_head, request_.body_bytes - body_sent_);
    head_sent_ += of_head;
    body_sent_ += of_body;
    tail_sent_ += bytes - of_head - of_body;
  }
  return true;
}

bool Connection::parse_head() {
  auto end = answer_head_.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  std::string_view head(answer_head_.data(), end + 2);
  status_ = std::atoi(answer_head_.c_str() + std::strlen("HTTP/1.1 "));
  chunked_ = field(head, "Transfer-Encoding") == "chunked";
  auto length = field(head, "Content-Length");
  answer_bytes_ = length.empty() ? 0 : std::strtoull(std::string(length).c_str(), nullptr, 10);
  if (request_.is_head || status_ == 204 || status_ == 304) answer_bytes_ = 0;
  head_read_ = true;
  auto body = answer_head_.substr(end + 4);
  answer_head_.resize(end + 2);
  take_body(body);
  return true;
}

void Connection::take_body(std::string_view bytes) {
  received_bytes_ += bytes.size();
  if (viewer_) viewer_(bytes);
  if (!chunked_) return;
  chunk_tail_ += bytes;
  if (chunk_tail_.size() > 8) chunk_tail_.erase(0, chunk_tail_.size() - 8);
}

std::string_view Connection::answer_field(std::string_view name) const {
  return field(answer_head_, name);
}

Connection::Progress Connection::read_some() {
  static thread_local std::string buffer(read_bytes, '\0');
  for (;;) {
    if (head_read_ && !chunked_ && received_bytes_ >= answer_bytes_) return Progress::answered;
    if (head_read_ && chunked_ && chunk_tail_.ends_with("0\r\n\r\n")) return Progress::answered;
    auto got = receive_now(buffer.data(), buffer.size());
    if (got == 0) return Progress::broken;
    if (got < 0) return errno == EAGAIN || errno == EINTR ? Progress::waiting : Progress::broken;
    std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    if (!head_read_) {
      answer_head_ += bytes;
      parse_head();
      continue;
    }
    take_body(bytes);
  }
}

}  // namespace load
