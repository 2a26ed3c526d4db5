// FeedReader: an app that keeps a copy of an account by the feed of changes.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "simulator/client.h"

namespace tapedeck::simulator {

/// Reads on from where it is, again and again. What it missed for ever is a finding.
class FeedReader {
 public:
  FeedReader(World& world, std::string username) : world_(world), username_(std::move(username)) {}

  /// A read from any server, page by page. That it breaks off is no harm.
  Task<void> read();
  /// Reads once more from `server`, when nothing has been written for two minutes, and compares.
  Task<void> compare(Server& server);

 private:
  Task<void> read_from(Server& server);
  Task<void> read_to_the_end(Server& server, AccountId account);

  World& world_;
  const std::string username_;
  std::optional<ChangePosition> position_;
  std::map<RecordingId, Change> copy_;
};

}  // namespace tapedeck::simulator
