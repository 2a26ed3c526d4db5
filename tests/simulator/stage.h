// Stage: two services, some servers over them, and the clients' way to ask one of these.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "simulator/dynamo_service.h"
#include "simulator/s3_service.h"
#include "simulator/server.h"

namespace tapedeck::simulator {

struct StageOptions {
  std::uint64_t seed = 1;
  std::size_t servers = 1;
  Millis server_skew_max{0};  // each server's clock is off by at most so much
  Millis service_skew{0};     // the services' clocks are ahead by so much
  Limits limits = Limits::small;
  const Bug* bug = nullptr;  // must outlive the stage; null: none
};

/// The table and the bucket are there. For one thread.
class Stage {
 public:
  using Act = std::function<Task<void>(Server&)>;

  explicit Stage(const StageOptions& options);
  ~Stage();

  Timeline& timeline() { return timeline_; }
  NetworkRules& rules() { return rules_; }
  const SimulatedTable& table() const { return dynamo_.table(table_name); }
  const S3Service& s3() const { return s3_; }
  std::size_t servers() const { return servers_.size(); }
  Server& server(std::size_t slot) { return *servers_.at(slot); }
  std::size_t crashes() const { return crashes_; }

  /// A client's request to the server in that slot. Throws what the server's rules throw, and
  /// unavailable when it dies meanwhile; another one is there at once. What the act refers to must
  /// live until this returns.
  Task<void> ask(std::size_t slot, Act act);

 private:
  struct Asked;
  class Ending;
  Task<void> serve(Server& server, Act act, std::shared_ptr<Asked> asked);
  void make_table_and_bucket();
  std::unique_ptr<Server> make_server();
  void crash(Owner number);
  void replace(Owner number);

  const StageOptions options_;
  const Bug no_bug_;
  Timeline timeline_;
  std::mt19937_64 random_;  // of the networks
  DynamoService dynamo_;
  S3Service s3_{{.part_bytes_min = 300}};
  NetworkRules rules_;
  std::vector<std::unique_ptr<Server>> servers_;
  Owner last_number_ = nobody;
  std::size_t crashes_ = 0;
};

}  // namespace tapedeck::simulator
