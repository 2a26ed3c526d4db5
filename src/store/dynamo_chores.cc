// What the Sweeper asks, and what no other subject owns.
#include "store/dynamo_catalog.h"
#include "store/dynamo_keys.h"
#include "store/facts.h"

namespace tapedeck {

namespace {

constexpr std::size_t forgotten_page = 200;

}  // namespace

Task<void> DynamoCatalog::add_due(const Due& due) {
  auto entry = entry_of(due);
  co_await agenda_.add(Agenda::due, entry);
}

Task<std::vector<Due>> DynamoCatalog::list_due(Time until, std::size_t max) {
  auto entries = co_await agenda_.list(Agenda::due, until, max);
  std::vector<Due> dues;
  for (const auto& [at, what, about] : entries) {
    dues.push_back({at, static_cast<DueKind>(about.count("kind")), about.id<AccountId>("account"),
                    about.id<RecordingId>("recording")});
  }
  co_return dues;
}

Task<void> DynamoCatalog::remove_due(const Due& due) {
  auto entry = entry_of(due);
  co_await agenda_.remove(Agenda::due, entry);
}

/// The entry names the item; the item says how old it is now.
Task<void> DynamoCatalog::forget_one(Agenda agenda, const AgendaEntry& entry, Time before,
                                     const std::string& field) {
  DynamoKey key{entry.about.text("pk"), entry.about.text("sk")};
  DynamoExpression old_enough{"#" + field + " < :before"};
  old_enough.values.set_time("before", before);
  if (agenda == Agenda::tombstones) {
    old_enough.text += " AND #gone = :gone";
    old_enough.values.set_flag("gone", true);
  }
  std::optional<DynamoItem> item;
  if (agenda == Agenda::tokens) item = co_await client_.find(key);
  auto erased = co_await client_.erase_if(key, old_enough);
  if (item && erased == Written::done) {
    auto token = read_token(*item);
    auto entry_key = token_entry_key(token.account, token.id);
    co_await client_.erase(entry_key);
  }
  co_await agenda_.remove(agenda, entry);
}

Task<void> DynamoCatalog::forget_all(Agenda agenda, Time before, const std::string& field) {
  if (before == Time::min()) co_return;
  auto until = before - Millis{1};
  for (;;) {
    auto entries = co_await agenda_.list(agenda, until, forgotten_page);
    for (const auto& entry : entries) co_await forget_one(agenda, entry, before, field);
    if (entries.size() < forgotten_page) co_return;
  }
}

Task<void> DynamoCatalog::forget(Time tombstones_before, Time claims_before, Time expired_before) {
  co_await forget_all(Agenda::tombstones, tombstones_before, "changed_at");
  co_await forget_all(Agenda::claims, claims_before, "created_at");
  co_await forget_all(Agenda::uploads, claims_before, "created_at");
  co_await forget_all(Agenda::tokens, expired_before, "expires_at");
  co_await forget_all(Agenda::invitations, expired_before, "expires_at");
}

Task<std::string> DynamoCatalog::find_or_add_secret(const std::string& name,
                                                    const std::string& proposed) {
  auto key = secret_key(name);
  for (DynamoAttempts attempts(env_);;) {
    co_await attempts.next();
    auto found = co_await client_.find(key);
    if (found) co_return found->bytes("value");
    DynamoItem item(key);
    item.set_bytes("value", proposed);
    DynamoExpression if_absent{"attribute_not_exists(PK)"};
    auto written = co_await client_.put_if(item, if_absent);
    if (written == Written::done) co_return proposed;
  }
}

Task<CatalogMode> DynamoCatalog::find_mode() {
  auto key = secret_key(mode_name);
  auto found = co_await client_.find(key);
  co_return mode_stored(found ? found->bytes("value") : std::string());
}

Task<void> DynamoCatalog::set_mode(CatalogMode mode) {
  DynamoItem item(secret_key(mode_name));
  item.set_bytes("value", text_of(mode));
  co_await client_.put(item);
}

Task<void> DynamoCatalog::ping() {
  auto key = schema_key();
  auto schema = co_await client_.find(key);
  if (schema) co_return;
  throw Error(Fault::unavailable, "the table has lost its version: is it another one?");
}

}  // namespace tapedeck
