#include "http/poller.h"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <boost/asio/post.hpp>
#include <sys/epoll.h>

namespace tapedeck::http {

namespace {

constexpr std::size_t events_max = 128;  // of one question to the kernel
constexpr int rounds_max = 4;            // of questions and turns, before the context has its own
/// When there were so many, others have probably come meanwhile: then it is cheaper to ask again
/// than to have the context wait.
constexpr std::size_t busy_events = 3;

int make_epoll() {
  auto descriptor = ::epoll_create1(EPOLL_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return descriptor;
}

}  // namespace

Polled::~Polled() {
  if (poller_ != nullptr) poller_->forget(*this);
}

void Poller::Queue::clear() {
  previous_ = next_ = this;
}

bool Poller::Queue::empty() const {
  return next_ == this;
}

void Poller::Queue::push(Polled& socket) {
  socket.previous_ = previous_;
  socket.next_ = this;
  previous_->next_ = &socket;
  previous_ = &socket;
}

void Poller::Queue::take_all(Queue& from) {
  if (from.empty()) return;
  next_ = from.next_;
  previous_ = from.previous_;
  next_->previous_ = previous_->next_ = this;
  from.clear();
}

void Poller::unlink(Polled& socket) {
  if (socket.next_ == nullptr) return;
  socket.previous_->next_ = socket.next_;
  socket.next_->previous_ = socket.previous_;
  socket.previous_ = socket.next_ = nullptr;
}

Poller::Poller(asio::io_context& context) : context_(context), kernel_(context, make_epoll()) {}

void Poller::add(Polled& socket, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &socket;
  if (::epoll_ctl(kernel_.native_handle(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
  socket.poller_ = this;
  ++watched_;
  if (!in_turn_ && !posted_) arm();
}

void Poller::forget(Polled& socket) {
  unlink(socket);
  socket.poller_ = nullptr;
  --watched_;
  boost::system::error_code ignored;
  if (watched_ == 0 && armed_) kernel_.cancel(ignored);  // or the context would never end
}

void Poller::schedule(Polled& socket) {
  if (socket.next_ != nullptr) return;
  due_.push(socket);
  if (!in_turn_) post();
}

void Poller::take_turns() {
  in_turn_ = true;
  auto busy = true;
  for (int round = 0; busy && round < rounds_max; ++round) {
    busy = collect() >= busy_events;
    run_due();
  }
  in_turn_ = false;
  go_on(busy);
}

/// Notes what the kernel has to say. Nobody runs meanwhile, so every socket of an event is there.
std::size_t Poller::collect() {
  std::array<epoll_event, events_max> events;
  auto count = ::epoll_wait(kernel_.native_handle(), events.data(), events.size(), 0);
  if (count <= 0) return 0;
  for (int i = 0; i < count; ++i) {
    auto& event = events[static_cast<std::size_t>(i)];
    auto& socket = *static_cast<Polled*>(event.data.ptr);
    auto broken = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
    if (broken || (event.events & EPOLLRDHUP) != 0) socket.peer_ended_ = true;
    if (socket.peer_ended_ || (event.events & EPOLLIN) != 0) socket.readable_ = true;
    if (broken || (event.events & EPOLLOUT) != 0) socket.writable_ = true;
    if (socket.next_ == nullptr) due_.push(socket);
  }
  return static_cast<std::size_t>(count);
}

/// Who comes due meanwhile waits for the next round, so that nobody is always first.
void Poller::run_due() {
  running_.take_all(due_);
  while (!running_.empty()) {
    auto& socket = *running_.next_;
    unlink(socket);
    socket.take_turn();  // may destroy it, and others
  }
}

void Poller::go_on(bool busy) {
  if (busy || !due_.empty()) {
    post();
  } else {
    arm();
  }
}

void Poller::post() {
  if (std::exchange(posted_, true)) return;
  asio::post(context_, [this] {
    posted_ = false;
    take_turns();
  });
}

void Poller::arm() {
  if (armed_ || watched_ == 0) return;
  armed_ = true;
  kernel_.async_wait(Descriptor::wait_read, [this](const boost::system::error_code& error) {
    armed_ = false;
    if (!error) return take_turns();
    if (!in_turn_ && !posted_) arm();  // it was cancelled, and others have come since
  });
}

}  // namespace tapedeck::http
