#include "store/dynamo_table.h"

#include "store/dynamo_keys.h"

namespace tapedeck {

namespace {

constexpr int ready_attempts_max = 600;  // of 0.1 s and more: DynamoDB takes half a minute
constexpr Millis ready_pause{100};

/// What a list and the feed show. DynamoDB takes at most 20 for each index. Appends write none.
constexpr const char* listed_attributes[] = {
    "description", "sniffed_type", "recorded_at", "created_at", "changed_at",
    "state",       "recovered",    "partial",     "maker",      "trashed_at",
    "version",     "size",         "sha256",      "gone",       "last_append_at"};

json::array keys_of(const char* sort_key) {
  return {json::object{{"AttributeName", "PK"}, {"KeyType", "HASH"}},
          json::object{{"AttributeName", sort_key}, {"KeyType", "RANGE"}}};
}

json::object index(const char* name, const char* sort_key) {
  json::array attributes;
  for (const auto* attribute : listed_attributes) attributes.emplace_back(attribute);
  return {{"IndexName", name},
          {"KeySchema", keys_of(sort_key)},
          {"Projection", json::object{{"ProjectionType", "INCLUDE"},
                                      {"NonKeyAttributes", std::move(attributes)}}}};
}

json::object description() {
  json::array attributes;
  for (const auto* name : {"PK", "SK", "L", "C"}) {
    attributes.push_back(json::object{{"AttributeName", name}, {"AttributeType", "S"}});
  }
  return {{"BillingMode", "PAY_PER_REQUEST"},
          {"AttributeDefinitions", std::move(attributes)},
          {"KeySchema", keys_of("SK")},
          {"LocalSecondaryIndexes", json::array{index("listed", "L"), index("changed", "C")}}};
}

bool has_keys(const json::object& described, const char* sort_key) {
  const auto* keys = described.if_contains("KeySchema");
  return keys != nullptr && *keys == json::value(keys_of(sort_key));
}

bool has_index(const json::object& table, std::string_view name, const char* sort_key) {
  const auto* indexes = table.if_contains("LocalSecondaryIndexes");
  if (indexes == nullptr || !indexes->is_array()) return false;
  for (const auto& index : indexes->get_array()) {
    if (!index.is_object() || find_string(index.get_object(), "IndexName") != name) continue;
    return has_keys(index.get_object(), sort_key);
  }
  return false;
}

bool has_shape(const json::object& table) {
  return has_keys(table, "SK") && has_index(table, "listed", "L") &&
         has_index(table, "changed", "C");
}

void check_shape(const std::string& name, const json::object& table) {
  if (!has_keys(table, "SK")) {
    throw Error(Fault::conflict, "The DynamoDB table '" + name +
                                     "' is not one of Tapedeck's: its keys are not PK and SK. "
                                     "Name another one in dynamo_table.");
  }
  if (!has_index(table, "listed", "L") || !has_index(table, "changed", "C")) {
    throw Error(
        Fault::conflict,
        "The DynamoDB table '" + name +
            "' has no local secondary indexes 'listed' (PK, L) and 'changed' (PK, C). "
            "They can only be made together with a table, and a store without them "
            "cannot hold a catalog. Name another one in dynamo_table, and make it: tapedeck "
            "storage init");
  }
}

Task<void> check_version(DynamoClient& client) {
  auto item = co_await client.find(schema_key());
  if (!item) {
    throw Error(Fault::conflict, "The DynamoDB table '" + client.table() +
                                     "' was not finished when it was made. Make it again: tapedeck "
                                     "storage init; that changes nothing that is in it.");
  }
  auto version = item->count("version");
  if (version > dynamo_schema_version) {
    throw Error(Fault::conflict, "The DynamoDB table '" + client.table() + "' is of version " +
                                     std::to_string(version) +
                                     ", made by a newer Tapedeck. Use that one.");
  }
}

/// False: it has one.
Task<bool> add_version(DynamoClient& client) {
  DynamoItem schema(schema_key());
  schema.set_count("version", dynamo_schema_version);
  DynamoExpression if_absent{"attribute_not_exists(PK)"};
  auto written = co_await client.put_if(schema, if_absent);
  co_return written == Written::done;
}

bool is_ready(const json::object& table) {
  auto status = find_string(table, "TableStatus").value_or("");
  return status == "ACTIVE" || status == "UPDATING";
}

Task<json::object> await_table(DynamoClient& client, Env& env) {
  for (int attempt = 0; attempt < ready_attempts_max; ++attempt) {
    auto table = co_await client.describe_table();
    if (table && is_ready(*table)) co_return *table;
    co_await env.sleep(ready_pause);
  }
  throw Error(Fault::unavailable,
              "the DynamoDB table '" + client.table() + "' was made, but does not become active");
}

}  // namespace

Task<void> adopt_dynamo_table(DynamoClient& client) {
  auto table = co_await client.describe_table();
  if (!table || !has_shape(*table)) co_return;
  co_await add_version(client);
}

Task<void> make_dynamo_table(DynamoClient& client, Env& env) {
  auto existing = co_await client.describe_table();
  auto wanted = description();
  if (!existing) co_await client.create_table(wanted);
  auto table = co_await await_table(client, env);
  check_shape(client.table(), table);
  auto is_new = co_await add_version(client);
  if (!is_new) co_await check_version(client);
}

Task<void> check_dynamo_table(DynamoClient& client) {
  auto table = co_await client.describe_table();
  if (!table) {
    throw Error(Fault::not_found, "There is no DynamoDB table '" + client.table() +
                                      "' in this region and account. Name another one in "
                                      "dynamo_table, or make it: tapedeck storage init");
  }
  check_shape(client.table(), *table);
  co_await check_version(client);
}

}  // namespace tapedeck
