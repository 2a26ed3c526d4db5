// DynamoAgenda: what is to be found by its time later. docs/data.md, "The agenda".
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "core/catalog.h"
#include "store/dynamo_client.h"

namespace tapedeck {

/// The names of the agendas. Stored. Do not change.
enum class Agenda { due, tombstones, claims, uploads, tokens, invitations };

struct AgendaEntry {
  Time at;
  std::string what;  // in the order of entries of one time
  DynamoItem about{};
};

/// In the agenda `due`.
AgendaEntry entry_of(const Due& due);

/// Safe for concurrent use.
class DynamoAgenda {
 public:
  DynamoAgenda(DynamoClient& client, Env& env) : client_(client), env_(env) {}

  /// Adding it again is the same entry.
  Task<void> add(Agenda agenda, const AgendaEntry& entry);
  /// An entry about the item with that key.
  Task<void> add(Agenda agenda, const DynamoKey& key, Time at);
  /// At or before `until`, oldest first.
  Task<std::vector<AgendaEntry>> list(Agenda agenda, Time until, std::size_t max);
  Task<void> remove(Agenda agenda, const AgendaEntry& entry);

 private:
  Task<void> note_hour(const DynamoKey& hour);
  Task<void> read_hour(Agenda agenda, const DynamoItem& hour, Time until, std::size_t max,
                       std::vector<AgendaEntry>& found);
  bool is_noted(const DynamoKey& hour);

  DynamoClient& client_;
  Env& env_;
  std::mutex mutex_;
  std::set<DynamoKey> noted_;  // hours to come that have been noted; guarded by mutex_
};

}  // namespace tapedeck
