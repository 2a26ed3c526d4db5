#include "simulator/stage.h"

#include <algorithm>
#include <stdexcept>

#include "base/error.h"
#include "store/dynamo_table.h"

namespace tapedeck::simulator {

/// One request of a client.
struct Stage::Asked {
  bool ended = false;
  bool is_lost = true;  // the server died
  std::exception_ptr error;
  Job resume;  // of the client
};

/// Tells the client, however the request ends.
class Stage::Ending {
 public:
  Ending(Timeline& timeline, Asked& asked) : timeline_(timeline), asked_(asked) {}
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;
  ~Ending() {
    asked_.ended = true;
    if (asked_.resume) timeline_.call_at(timeline_.now(), nobody, std::move(asked_.resume));
  }

 private:
  Timeline& timeline_;
  Asked& asked_;
};

Stage::Stage(const StageOptions& options)
    : options_(options),
      random_(options.seed),
      rules_{timeline_, random_, {}, {}, {}, {}, options.service_skew} {
  rules_.crash = [this](Owner number) { crash(number); };
  make_table_and_bucket();
  for (std::size_t i = 0; i < options.servers; ++i) servers_.push_back(make_server());
}

Stage::~Stage() {
  for (auto& server : servers_) timeline_.kill(server->number);
}

/// Without any network.
void Stage::make_table_and_bucket() {
  auto server = make_server();
  timeline_.run(make_dynamo_table(server->client, server->env));
  ServiceRequest request{"PUT", "/" + bucket_name};
  request.fields.set("Authorization", "AWS4-HMAC-SHA256 Credential=simulated");
  request.fields.set("X-Amz-Date", "20261123T000000Z");
  request.fields.set("X-Amz-Content-Sha256",
                     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  auto begin = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23};
  if (s3_.serve(request, begin, {}).status != 200) throw std::logic_error("no bucket");
}

std::unique_ptr<Server> Stage::make_server() {
  Server::Options made;
  made.number = ++last_number_;
  made.limits = options_.limits;
  made.seed = options_.seed * 1'000 + made.number;
  auto most = options_.server_skew_max.count();
  if (most > 0) {
    auto drawn = static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(2 * most + 1));
    made.skew = Millis{drawn - most};
  }
  const auto& bug = options_.bug != nullptr ? *options_.bug : no_bug_;
  return std::make_unique<Server>(rules_, dynamo_, s3_, made, bug);
}

void Stage::crash(Owner number) {
  auto end_it = [this, number] { replace(number); };
  timeline_.call_at(timeline_.now(), nobody, Job(std::move(end_it)));
}

void Stage::replace(Owner number) {
  auto is_it = [&](const auto& server) { return server->number == number; };
  auto slot = std::find_if(servers_.begin(), servers_.end(), is_it);
  if (slot == servers_.end()) return;  // it died already
  timeline_.kill(number);
  ++crashes_;
  *slot = make_server();
}

Task<void> Stage::serve(Server& server, Act act, std::shared_ptr<Asked> asked) {
  Ending ending(timeline_, *asked);
  try {
    co_await act(server);
  } catch (...) {
    asked->error = std::current_exception();
  }
  asked->is_lost = false;
}

Task<void> Stage::ask(std::size_t slot, Act act) {
  auto asked = std::make_shared<Asked>();
  timeline_.start(serve(*servers_.at(slot), std::move(act), asked));
  auto wait = [&](Job resume) { asked->resume = std::move(resume); };
  co_await suspend(wait);
  if (asked->is_lost) throw Error(Fault::unavailable, "the server died");
  if (asked->error) std::rethrow_exception(asked->error);
}

}  // namespace tapedeck::simulator
