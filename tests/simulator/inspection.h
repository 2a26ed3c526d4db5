// Inspection: whether the product shows what clients were told, and leaves nothing behind.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "simulator/client.h"

namespace tapedeck::simulator {

/// Through one server, over a network without faults, when no client is at work. What is wrong goes
/// to the model's findings.
class Inspection {
 public:
  Inspection(World& world, Server& server, std::string when)
      : world_(world), server_(server), when_(std::move(when)) {}

  /// All that is known is there, in its form and with its bytes, and nothing else; counted exactly;
  /// in the feed; visible to its owner alone.
  Task<void> look();
  /// After a sweep, when all is old: no blob without a name, no chunk without a recording, no hold.
  Task<void> look_for_garbage();
  /// When all is older than anything is kept for: no item that is not about what there is.
  void look_for_leftovers();

 private:
  void find(const std::string& what) { world_.model.find(when_ + ": " + what); }
  Task<void> look_at_accounts();
  void judge_account(const std::string& username, const Account* account);
  Task<void> look_at_tokens();
  Task<bool> works(std::string text);
  Task<void> look_at_recordings(const Account& account);
  Task<void> read_bytes(const Recording& recording, const Held& held);
  void judge_titles() const;
  void judge_quota(const Account& account);
  Task<void> look_at_feed(const Account& account);
  Task<void> look_as_another();
  void look_at_holds();
  void look_at_chunks();

  World& world_;
  Server& server_;
  const std::string when_;
  std::vector<Account> accounts_;
  std::map<std::string, Recording> seen_;  // by title
};

}  // namespace tapedeck::simulator
