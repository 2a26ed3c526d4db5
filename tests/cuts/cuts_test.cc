// A connection breaks off after every single byte of a recording of 64 KiB, in every protocol, and
// the client goes on: what arrived was kept, and the recording is always the same. In process for
// all of them (every n-th with TEST_CUTS_EVERY=n, from TEST_CUTS_FROM on); over sockets for
// a random thousand, and for all with TEST_LONG=1.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "cuts/protocol.h"
#include "stories/world.h"

namespace tapedeck::cuts {

namespace {

using stories::Door;
using stories::PlainRequest;
using stories::Stores;
using stories::World;

constexpr std::size_t body_bytes = 64 * KiB;
constexpr std::size_t clients_per_world = 200;  // what they kept is gone with it
constexpr std::size_t socket_cuts = 1000;

std::string make_body() {
  std::mt19937_64 generator(64);
  std::string body(body_bytes, '\0');
  for (auto& byte : body) byte = static_cast<char>(generator());
  return body;
}

const std::string body = make_body();

struct Way {
  const char* name;
  MakeProtocol make;
  bool asks;  // where it is, before it goes on
};
constexpr Way ways[] = {
    {"a tus PATCH", make_tus, true},
    {"a draft PATCH", make_draft, true},
    {"a keyed POST", make_keyed_post, false},
};

using MakeDoor = std::unique_ptr<Door> (*)(World& world);

std::unique_ptr<Door> make_direct(World& world) {
  return stories::make_direct_door(world.api());
}
std::unique_ptr<Door> make_socket(World& world) {
  return stories::make_socket_door(world.api(), world.log());
}

/// A server with an account for every client.
struct Server {
  Server(Stores stores, MakeDoor make_door)
      : world(stores, {"segments 20000"}), door(make_door(world)) {}

  std::string sign_up() {
    PlainRequest request;
    request.method = "POST";
    request.target = "/api/v1/users";
    request.fields.set("Content-Type", "application/json");
    auto name = "client-" + std::to_string(++clients);
    request.body = R"({"username": ")" + name + R"(", "password": "correct horse"})";
    auto answer = door->ask(request);
    return find_string(parse_json_object(answer.body), "token").value_or("");
  }

  std::string hear(const std::string& token, const std::string& id) {
    PlainRequest request;
    request.method = "GET";
    request.target = "/api/v1/recordings/" + id + "/audio";
    request.fields.set("Authorization", "Bearer " + token);
    return door->ask(request).body;
  }

  World world;
  std::unique_ptr<Door> door;
  std::size_t clients = 0;
};

/// One client that is cut off there, goes on, and listens. Empty: all is well.
std::string cut_at(Server& server, const Way& way, std::size_t bytes) {
  Client client{*server.door, server.sign_up(), body};
  auto protocol = way.make(client);
  protocol->begin();
  protocol->send_and_cut(bytes);
  auto offset = protocol->resume();
  if (way.asks && offset > bytes) return "it was told of bytes that it had not sent";
  if (way.asks && offset < bytes) return "bytes that arrived were lost";
  auto heard = server.hear(client.token, protocol->recording_id());
  return heard == body ? "" : "the recording has other bytes";
}

/// Cuts at each of `cuts`, on two threads; each failure is told, the first few in words.
void cut_at_all(const Way& way, const std::vector<std::size_t>& cuts, Stores stores,
                MakeDoor make_door) {
  std::atomic<std::size_t> next{0};
  std::atomic<int> failures{0};
  auto work = [&] {
    std::unique_ptr<Server> server;
    for (auto at = next++; at < cuts.size(); at = next++) {
      if (!server || server->clients >= clients_per_world) {
        server.reset();
        server = std::make_unique<Server>(stores, make_door);
      }
      std::string trouble;
      try {
        trouble = cut_at(*server, way, cuts[at]);
      } catch (const std::exception& error) {
        trouble = error.what();
      }
      if (trouble.empty() || ++failures > 5) continue;
      ADD_FAILURE() << way.name << " cut after " << cuts[at] << " bytes: " << trouble;
    }
  };
  std::thread other(work);
  work();
  other.join();
  EXPECT_EQ(failures, 0);
  printf("counts: %s cut off %zu times\n", way.name, cuts.size());
}

std::size_t number_in(const char* name, std::size_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoul(text, nullptr, 10) : otherwise;
}

std::vector<std::size_t> every_cut(std::size_t first = 0, std::size_t step = 1) {
  std::vector<std::size_t> cuts;
  for (auto at = first; at < body_bytes; at += step) cuts.push_back(at);
  return cuts;
}

std::vector<std::size_t> some_cuts() {
  if (std::getenv("TEST_LONG") != nullptr) return every_cut();
  std::mt19937_64 generator(1000);
  std::vector<std::size_t> cuts;
  while (cuts.size() < (socket_cuts + 2) / 3) cuts.push_back(generator() % body_bytes);
  return cuts;
}

class Cuts : public testing::TestWithParam<Way> {};

TEST_P(Cuts, AtEveryByteInProcessResumeToTheSame) {
  auto step = std::max<std::size_t>(number_in("TEST_CUTS_EVERY", 1), 1);
  auto first = number_in("TEST_CUTS_FROM", 0);
  cut_at_all(GetParam(), every_cut(first, step), Stores::memory, make_direct);
}

TEST_P(Cuts, OverSocketsResumeToTheSame) {
  cut_at_all(GetParam(), some_cuts(), Stores::files, make_socket);
}

INSTANTIATE_TEST_SUITE_P(Protocols, Cuts, testing::ValuesIn(ways), [](const auto& way) {
  std::string name = way.param.name;
  std::erase_if(name, [](char c) { return c == ' '; });
  return name;
});

}  // namespace

}  // namespace tapedeck::cuts
