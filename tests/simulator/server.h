// Server: one instance of the product over the simulated services. It dies with its tasks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/accounts.h"
#include "core/recordings.h"
#include "core/sweeper.h"
#include "core/uploads.h"
#include "simulator/network.h"
#include "store/dynamo_catalog.h"
#include "store/s3_blobs.h"

namespace tapedeck::simulator {

inline const std::string table_name = "tapedeck";
inline const std::string bucket_name = "tapedeck";
/// After so long everything that time makes of a recording has become true, and every blob that no
/// fact names is old enough to be erased.
inline constexpr Millis long_after = std::chrono::hours(25);

/// The ports as the rules see them.
struct Ports {
  Catalog* catalog = nullptr;
  Blobs* blobs = nullptr;
  std::vector<std::shared_ptr<void>> owned;

  template <class Part, class... Arguments>
  Part& own(Arguments&&... arguments) {
    auto part = std::make_shared<Part>(std::forward<Arguments>(arguments)...);
    owned.push_back(part);
    return *part;
  }
};

/// What a seeded bug puts in the place of a part of the product. All empty: the product as it is.
struct Bug {
  using Wrap = std::function<std::unique_ptr<http::Outbound>(http::Outbound&)>;
  std::string name;
  Wrap dynamo{};  // between DynamoDB's client and the network
  Wrap s3{};
  std::function<void(Ports&)> ports{};
  std::optional<Millis> grace{};  // of the Sweeper
};

/// Small, so that little happens between two decisions; or the product's own.
enum class Limits { small, usual };

/// For one thread.
class Server {
 public:
  struct Options {
    Owner number = 1;
    std::uint64_t seed = 1;
    Millis skew{0};
    Limits limits = Limits::small;
  };
  /// All must outlive it.
  Server(NetworkRules& rules, Service& dynamo, Service& s3, Options options, const Bug& bug);
  ~Server();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;

 public:
  const Owner number;
  Env& env;
  DynamoClient& client;
  Catalog& catalog;
  Blobs& blobs;
  Accounts& accounts;
  Recordings& recordings;
  Uploads& uploads;
  Sweeper& sweeper;
};

}  // namespace tapedeck::simulator
