#include "http/client_pool.h"

#include <atomic>
#include <deque>
#include <map>

#include "base/error.h"
#include "base/suspend.h"
#include "http/client_transport.h"

namespace tapedeck::http {

/// The calls of one io_context. For its thread.
struct ClientPool::Lane {
  Lane(const Origin& origin, const ClientPoolOptions& o)
      : options(o), name(Dialer(origin, o.client).name()), client(origin, o.client) {}

  const ClientPoolOptions options;
  const std::string name;
  Client client;
  std::size_t calls = 0;
  std::deque<Job> waiting;

  /// The right to call, until it ends.
  class Turn {
   public:
    explicit Turn(Lane& lane) : lane_(lane) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    /// Whoever waits first takes the place over; it is not free in between.
    ~Turn() {
      if (lane_.waiting.empty()) {
        --lane_.calls;
        return;
      }
      auto resume = std::move(lane_.waiting.front());
      lane_.waiting.pop_front();
      resume();
    }

   private:
    Lane& lane_;
  };

  Task<void> wait_for_turn() {
    if (calls < options.calls_max) {
      ++calls;
      co_return;
    }
    if (waiting.size() >= options.waiting_max) {
      Error error(Fault::unavailable, "too many calls to " + name + " wait already");
      error.retry_after = std::chrono::seconds{1};
      throw error;
    }
    auto wait = [this](Job resume) { waiting.push_back(std::move(resume)); };
    co_await suspend(wait);
  }
};

/// The lanes of one io_context, as a part of it: when it ends, they do, while the services that
/// their sockets need are still there.
class ClientPool::Lanes final : public asio::execution_context::service {
 public:
  static inline asio::execution_context::id id;

  explicit Lanes(asio::execution_context& context) : service(context) {}
  void shutdown() override {
    for (auto& [number, lane] : lanes) {
      auto abandoned = std::move(lane->waiting);  // they keep the lane alive, as it keeps them
      lane->waiting.clear();
    }
    lanes.clear();
  }

  std::map<std::uint64_t, std::shared_ptr<Lane>> lanes;  // by the pool's number
};

namespace {
std::uint64_t next_number() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}
}  // namespace

ClientPool::ClientPool(Origin origin, ClientPoolOptions options)
    : origin_(std::move(origin)), options_(std::move(options)), number_(next_number()) {}
ClientPool::~ClientPool() = default;

std::string ClientPool::host() const {
  return Dialer(origin_, options_.client).host_field();
}

std::shared_ptr<ClientPool::Lane> ClientPool::lane_of(asio::io_context& context) {
  auto& lane = asio::use_service<Lanes>(context).lanes[number_];
  if (!lane) lane = std::make_shared<Lane>(origin_, options_);
  return lane;
}

Task<Response> ClientPool::send(ClientRequest& request) {
  auto executor = co_await asio::this_coro::executor;
  auto lane = lane_of(executor.context());
  co_await lane->wait_for_turn();
  Lane::Turn turn(*lane);
  auto response = co_await lane->client.send(request);
  co_return response;
}

}  // namespace tapedeck::http
