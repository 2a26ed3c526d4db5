#include "http/poller.h"

#include <array>
#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "http/descriptor.h"

namespace tapedeck::http {
namespace {

/// One end of a pair of sockets, watched; the other end is the peer.
class Seen final : public Polled {
 public:
  explicit Seen(Poller& poller) {
    std::array<int, 2> ends{};
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data());
    socket_ = Descriptor(ends[0]);
    peer = Descriptor(ends[1]);
    poller.add(*this, socket_.number());
  }

  void say(std::string_view text) const { ::send(peer.number(), text.data(), text.size(), 0); }
  std::string hear() {
    std::array<char, 100> bytes{};
    auto count = ::recv(socket_.number(), bytes.data(), bytes.size(), 0);
    readable_ = false;
    return {bytes.data(), count < 0 ? 0 : static_cast<std::size_t>(count)};
  }
  bool readable() const { return readable_; }
  bool ended() const { return peer_ended_; }

  Descriptor peer;
  int turns = 0;
  std::function<void()> then;

 private:
  void take_turn() override {
    ++turns;
    auto what = then;  // may destroy this
    if (what) what();
  }
  Descriptor socket_;
};

TEST(Poller, remembers_what_it_was_told_until_a_step_disproves_it) {
  asio::io_context context;
  Poller poller(context);
  Seen socket(poller);
  for (const auto* text : {"first", "second"}) {
    EXPECT_FALSE(socket.readable());
    socket.say(text);
    while (!socket.readable()) context.run_one();
    EXPECT_EQ(socket.hear(), text);
  }
  EXPECT_FALSE(socket.ended());
}

TEST(Poller, sees_the_end_of_the_peer) {
  asio::io_context context;
  Poller poller(context);
  Seen socket(poller);
  socket.peer = Descriptor();
  while (!socket.ended()) context.run_one();
  EXPECT_TRUE(socket.readable());
}

TEST(Poller, keeps_the_context_running_as_long_as_it_watches_anything) {
  asio::io_context context;
  Poller poller(context);
  context.run();
  context.restart();
  auto socket = std::make_unique<Seen>(poller);
  socket->say("end");
  socket->then = [&] {
    if (socket->readable()) socket.reset();
  };
  context.run();
  EXPECT_EQ(poller.watched(), 0U);

  context.restart();
  Seen another(poller);
  another.say("again");
  while (!another.readable()) context.run_one();
}

TEST(Poller, gives_turns_in_order_and_one_for_each_round) {
  asio::io_context context;
  Poller poller(context);
  Seen greedy(poller);
  Seen modest(poller);
  while (greedy.turns + modest.turns < 2) context.run_one();  // both may be written to
  std::string order;
  greedy.then = [&] {
    order += 'g';
    if (order.size() < 100) poller.schedule(greedy);
  };
  modest.then = [&] { order += 'm'; };
  poller.schedule(greedy);
  poller.schedule(greedy);
  poller.schedule(modest);
  EXPECT_EQ(order, "");
  while (order.size() < 3) context.run_one();
  EXPECT_EQ(order.substr(0, 3), "gmg");
}

TEST(Poller, a_socket_may_be_destroyed_while_it_or_another_has_its_turn) {
  asio::io_context context;
  Poller poller(context);
  std::array<std::unique_ptr<Seen>, 3> sockets;
  auto end_all = [&] {
    for (auto& socket : sockets) socket.reset();
  };
  for (auto& socket : sockets) {
    socket = std::make_unique<Seen>(poller);
    socket->then = end_all;
  }
  context.run();
  EXPECT_EQ(poller.watched(), 0U);
}

}  // namespace
}  // namespace tapedeck::http
