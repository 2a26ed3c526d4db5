// tapedeck_hold: many slow uploads at once. Each begins a recording with a body of unknown length,
// sends a few bytes, and then one now and then. Prints "held" when all have begun; ends, with one
// JSON object, when its stdin is closed.
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/load/connection.h"

namespace {

constexpr std::size_t ports_of_an_address = 20'000;
constexpr std::chrono::milliseconds turn{100};

struct Settings {
  std::uint16_t port = 0;
  std::size_t connections = 1000;
  std::string authorization;
  std::size_t first_bytes = 1024;
  std::uint64_t drip_seconds = 20;
};

class Slow {
 public:
  Slow(const Settings& settings, std::size_t number)
      : connection_(load::Address{"127.0.0.1", settings.port,
                                  "127.0.0." + std::to_string(2 + number / ports_of_an_address)}) {
    connection_.open();
    send("POST /api/v1/recordings?title=slow HTTP/1.1\r\nHost: bench\r\n" + settings.authorization +
         "\r\nTransfer-Encoding: chunked\r\n\r\n");
    send_chunk(std::string(settings.first_bytes, 'x'));
  }

  void drip() { send_chunk("x"); }

  /// Whether the server has answered or closed: it should do neither.
  bool has_ended() const {
    char byte = 0;
    return ended_ || ::recv(connection_.descriptor(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) >= 0;
  }

 private:
  void send_chunk(const std::string& bytes) {
    char size[24];
    std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    send(size + bytes + "\r\n");
  }
  void send(const std::string& bytes) {
    auto sent = ::send(connection_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ended_ = ended_ || sent != static_cast<ssize_t>(bytes.size());
  }

  load::Connection connection_;
  bool ended_ = false;
};

bool stdin_is_closed() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  char byte = 0;
  bool ready = ::poll(&input, 1, static_cast<int>(turn.count())) > 0;
  return ready && ::read(STDIN_FILENO, &byte, 1) <= 0;
}

void hold(const Settings& settings) {
  std::vector<std::unique_ptr<Slow>> all;
  for (std::size_t i = 0; i < settings.connections; ++i) {
    all.push_back(std::make_unique<Slow>(settings, i));
  }
  std::puts("held");
  std::fflush(stdout);
  auto turns = std::chrono::seconds(settings.drip_seconds) / turn;
  for (std::int64_t now = 0; !stdin_is_closed(); now = (now + 1) % turns) {
    for (auto i = static_cast<std::size_t>(now); i < all.size();
         i += static_cast<std::size_t>(turns)) {
      all[i]->drip();
    }
  }
  std::size_t ended = 0;
  for (const auto& slow : all) ended += slow->has_ended() ? 1 : 0;
  std::printf("{\"held\": %zu, \"ended\": %zu}\n", all.size(), ended);
}

}  // namespace

int main(int count, char** arguments) {
  Settings settings;
  CLI::App app{"Holds many slow uploads open until its stdin is closed"};
  app.add_option("--port", settings.port, "TCP port on 127.0.0.1")->required();
  app.add_option("--connections", settings.connections, "how many");
  app.add_option("--authorization", settings.authorization, "a header line")->required();
  app.add_option("--first-bytes", settings.first_bytes, "that each sends at once");
  app.add_option("--drip-seconds", settings.drip_seconds, "between two further bytes of each");
  CLI11_PARSE(app, count, arguments);
  try {
    hold(settings);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tapedeck_hold: %s\n", error.what());
    return 1;
  }
  return 0;
}
