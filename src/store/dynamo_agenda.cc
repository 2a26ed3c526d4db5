#include "store/dynamo_agenda.h"

#include <algorithm>
#include <tuple>

#include "base/encoding.h"
#include "base/id.h"
#include "store/dynamo_keys.h"

namespace tapedeck {

namespace {

using Hours = std::chrono::hours;

constexpr std::uint32_t shards = 8;  // Stored. Do not change.
constexpr Time latest = Time::max() - Hours{4};
constexpr std::size_t noted_max = 10'000;
/// How far the clocks of servers may be apart, with the time of a write.
constexpr Millis clocks_apart = std::chrono::minutes(10);

std::string name_of(Agenda agenda) {
  switch (agenda) {
    case Agenda::due:
      return "due";
    case Agenda::tombstones:
      return "tombstones";
    case Agenda::claims:
      return "claims";
    case Agenda::uploads:
      return "uploads";
    case Agenda::tokens:
      return "tokens";
    case Agenda::invitations:
      return "invitations";
  }
  return {};
}

/// Under the hour after next: what is about now is then about an hour to come, which is noted once.
DynamoKey hour_key(Agenda agenda, Time at) {
  if (at > latest) at = latest;
  return {"H#" + name_of(agenda), sortable(Time{std::chrono::floor<Hours>(at) + Hours{2}})};
}

/// An hour ahead of all clocks, and of all writes that believed it to be so.
bool is_to_come(const DynamoKey& hour, Time now) {
  return hour.sk > sortable(now + clocks_apart);
}
bool is_over(const DynamoKey& hour, Time now) {
  return hour.sk < sortable(now - Hours{1} - clocks_apart);
}

std::string shard_key(Agenda agenda, const std::string& hour, std::uint32_t shard) {
  return "D#" + name_of(agenda) + "#" + hour + "#" + std::to_string(shard);
}

DynamoKey entry_key(Agenda agenda, const AgendaEntry& entry) {
  auto shard = crc32_of(entry.what) % shards;
  auto hour = hour_key(agenda, entry.at).sk;
  return {shard_key(agenda, hour, shard), sortable(entry.at) + "#" + entry.what};
}

AgendaEntry read_entry(const DynamoItem& item) {
  return {item.time("at"), item.text("what"), item.item("about")};
}

bool is_before(const AgendaEntry& a, const AgendaEntry& b) {
  return std::tie(a.at, a.what) < std::tie(b.at, b.what);
}

}  // namespace

AgendaEntry entry_of(const Due& due) {
  AgendaEntry entry;
  entry.at = due.at;
  auto kind = std::to_string(static_cast<int>(due.kind));
  entry.what = kind + "#" + due.account.text() + "#" + due.recording.text();
  entry.about.set_count("kind", static_cast<std::uint64_t>(due.kind));
  entry.about.set_text("account", due.account.text());
  entry.about.set_text("recording", due.recording.text());
  return entry;
}

bool DynamoAgenda::is_noted(const DynamoKey& hour) {
  std::lock_guard lock(mutex_);
  return noted_.contains(hour);
}

Task<void> DynamoAgenda::note_hour(const DynamoKey& hour) {
  DynamoItem item(hour);
  item.set_text("rev", Ulid::make(env_).text());
  co_await client_.put(item);
}

Task<void> DynamoAgenda::add(Agenda agenda, const AgendaEntry& entry) {
  auto hour = hour_key(agenda, entry.at);
  bool to_come = is_to_come(hour, env_.now());
  bool noted = to_come && is_noted(hour);
  if (!noted) co_await note_hour(hour);
  DynamoItem item(entry_key(agenda, entry));
  item.set_time("at", entry.at);
  item.set_text("what", entry.what);
  item.set_item("about", entry.about);
  co_await client_.put(item);
  if (!to_come) {
    // It may have been found empty between the two.
    co_await note_hour(hour);
    co_return;
  }
  std::lock_guard lock(mutex_);
  if (noted_.size() >= noted_max) noted_.clear();
  noted_.insert(hour);
}

Task<void> DynamoAgenda::add(Agenda agenda, const DynamoKey& key, Time at) {
  AgendaEntry entry{at, key.pk + "|" + key.sk};
  entry.about.set_text("pk", key.pk);
  entry.about.set_text("sk", key.sk);
  co_await add(agenda, entry);
}

Task<void> DynamoAgenda::read_hour(Agenda agenda, const DynamoItem& hour, Time until,
                                   std::size_t max, std::vector<AgendaEntry>& found) {
  auto first = found.size();
  auto key = hour.key();
  for (std::uint32_t shard = 0; shard < shards; ++shard) {
    DynamoQuery query{shard_key(agenda, key.sk, shard), "0", sortable(until) + "~"};
    query.max = max;
    auto page = co_await client_.query(query);
    for (const auto& item : page.items) found.push_back(read_entry(item));
  }
  std::sort(found.begin() + static_cast<std::ptrdiff_t>(first), found.end(), is_before);
  bool is_empty = found.size() == first;
  if (!is_empty || !is_over(key, env_.now()) || key.sk >= hour_key(agenda, until).sk) co_return;
  DynamoExpression as_it_was{"#rev = :rev"};
  as_it_was.values.set_text("rev", hour.text("rev"));
  auto erased = co_await client_.erase_if(key, as_it_was);
  static_cast<void>(erased);  // refused: it is used again
}

Task<std::vector<AgendaEntry>> DynamoAgenda::list(Agenda agenda, Time until, std::size_t max) {
  std::vector<AgendaEntry> found;
  DynamoQuery hours{"H#" + name_of(agenda), "0", hour_key(agenda, until).sk};
  do {
    auto page = co_await client_.query(hours);
    for (const auto& hour : page.items) {
      if (found.size() < max) co_await read_hour(agenda, hour, until, max, found);
    }
    hours.after = page.next;
  } while (!hours.after.empty() && found.size() < max);
  if (found.size() > max) found.resize(max);
  co_return found;
}

Task<void> DynamoAgenda::remove(Agenda agenda, const AgendaEntry& entry) {
  auto key = entry_key(agenda, entry);
  co_await client_.erase(key);
}

}  // namespace tapedeck
