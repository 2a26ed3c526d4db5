#include "simulator/dynamo_service.h"

#include <algorithm>

#include "simulator/dynamo_error.h"
#include "simulator/dynamo_expression.h"
#include "simulator/dynamo_units.h"
#include "simulator/dynamo_value.h"

namespace tapedeck::simulator {

namespace {

constexpr std::string_view target_prefix = "DynamoDB_20120810.";
constexpr std::string_view error_prefix = "com.amazonaws.dynamodb.v20120810#";
constexpr std::size_t page_bytes_max = 1024 * 1024;
constexpr std::size_t batch_keys_max = 100;

/// Nothing that a request says is overlooked.
void check_members(const json::object& body, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : body) {
    if (std::find(known.begin(), known.end(), std::string_view(name)) == known.end()) {
      throw unsimulated("the parameter " + std::string(name));
    }
  }
}

const json::object* find_object(const json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  return value == nullptr ? nullptr : &value->as_object();
}

Placeholders placeholders_of(const json::object& body) {
  return {find_object(body, "ExpressionAttributeNames"),
          find_object(body, "ExpressionAttributeValues")};
}

/// The key alone, and nothing beside it.
DynamoKey request_key(const SimulatedTable& table, const json::object& key) {
  auto found = table.key_of(key);
  if (key.size() != 2) throw invalid("The provided key element does not match the schema");
  return found;
}

/// At most 1 MB goes into a page.
void cut_page(SimulatedTable::Page& page, const SimulatedTable& table,
              const SimulatedTable::Index* index) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < page.items.size(); ++i) {
    bytes += stored_bytes(page.items[i]);
    if (bytes <= page_bytes_max || i + 1 == page.items.size()) continue;
    page.items.resize(i + 1);
    json::object key;
    for (const auto* name : {&table.partition_key(), &table.sort_key()}) {
      key[*name] = page.items[i].at(*name);
    }
    if (index != nullptr) key[index->sort_key] = page.items[i].at(index->sort_key);
    page.last_key = std::move(key);
  }
}

ServiceAnswer answer_of(int status, const json::object& body, Time now) {
  ServiceAnswer answer{status};
  answer.body = json::serialize(body);
  answer.fields.set("Content-Type", "application/x-amz-json-1.0");
  answer.fields.set("Date", format_http_date(now));
  return answer;
}

ServiceAnswer error_of(int status, const std::string& code, const std::string& message, Time now) {
  json::object body{{"__type", std::string(error_prefix) + code}, {"message", message}};
  return answer_of(status, body, now);
}

}  // namespace

std::string DynamoService::name_of(const ServiceRequest& request) const {
  std::string_view target = request.fields.find("X-Amz-Target").value_or("");
  if (!target.starts_with(target_prefix)) return "?";
  return std::string(target.substr(target_prefix.size()));
}

ServiceAnswer DynamoService::refuse(int status, const std::string& code, Time now) const {
  return error_of(status, code, "refused by the simulator", now);
}

ServiceAnswer DynamoService::serve(const ServiceRequest& request, Time now,
                                   const ServiceMood& mood) {
  if (!is_signed(request)) return refuse(400, "MissingAuthenticationTokenException", now);
  if (!is_signed_in_time(request, now)) return refuse(400, "InvalidSignatureException", now);
  read_units_ = write_units_ = 0;
  auto answer = try_to_serve(request, now, mood);
  answer.read_units = read_units_;
  answer.write_units = write_units_;
  return answer;
}

ServiceAnswer DynamoService::try_to_serve(const ServiceRequest& request, Time now,
                                          const ServiceMood& mood) {
  try {
    auto body = parse_json_object(request.body);
    auto made = perform(name_of(request), body, mood);
    return answer_of(200, made, now);
  } catch (const DynamoError& error) {
    return error_of(400, error.code, error.message, now);
  } catch (const std::exception& error) {  // no JSON, or a member of another type, or none
    return error_of(400, "SerializationException", error.what(), now);
  }
}

json::object DynamoService::perform(const std::string& operation, const json::object& body,
                                    const ServiceMood& mood) {
  if (operation == "GetItem") return find_item(body);
  if (operation == "PutItem") return put_item(body);
  if (operation == "UpdateItem") return update_item(body);
  if (operation == "Query") return query(body, mood);
  if (operation == "DeleteItem") return delete_item(body);
  if (operation == "BatchGetItem") return find_items(body, mood);
  if (operation == "DescribeTable") return describe_table(body);
  if (operation == "CreateTable") return create_table(body);
  throw unsimulated("the operation " + operation);
}

// ---- tables ------------------------------------------------------------------------------------

const SimulatedTable& DynamoService::table(std::string_view name) const {
  auto found = tables_.find(name);
  if (found != tables_.end()) return found->second;
  throw DynamoError{"ResourceNotFoundException", "Requested resource not found"};
}

const SimulatedTable& DynamoService::table_of(const json::object& body) const {
  return table(body.at("TableName").as_string());
}

SimulatedTable& DynamoService::table_of(const json::object& body) {
  return const_cast<SimulatedTable&>(std::as_const(*this).table_of(body));
}

json::object DynamoService::create_table(const json::object& body) {
  auto name = std::string(body.at("TableName").as_string());
  if (tables_.contains(name)) throw DynamoError{"ResourceInUseException", "it is there already"};
  tables_.emplace(name, SimulatedTable(body));
  return describe_table(body);
}

json::object DynamoService::describe_table(const json::object& body) const {
  auto description = table_of(body).description();
  description["TableStatus"] = "ACTIVE";
  return {{"Table", std::move(description)}};
}

// ---- reading -----------------------------------------------------------------------------------

json::object DynamoService::find_item(const json::object& body) const {
  check_members(body, {"TableName", "Key", "ConsistentRead"});
  const auto& table = table_of(body);
  const auto* item = table.find(request_key(table, body.at("Key").as_object()));
  read_units_ = read_units(item == nullptr ? 0 : stored_bytes(*item));
  if (item == nullptr) return {};
  return {{"Item", *item}};
}

json::object DynamoService::find_items(const json::object& body, const ServiceMood& mood) const {
  check_members(body, {"RequestItems"});
  const auto& requests = body.at("RequestItems").as_object();
  if (requests.size() != 1) throw unsimulated("a batch of several tables");
  const auto& [name, wanted] = *requests.begin();
  const auto& request = wanted.as_object();
  check_members(request, {"Keys", "ConsistentRead"});
  const auto& found_in = table(name);
  const auto& keys = request.at("Keys").as_array();
  if (keys.empty() || keys.size() > batch_keys_max) throw invalid("Too many items, or none");
  json::array items;
  json::array left;
  std::set<DynamoKey> seen;
  for (const auto& key : keys) {
    auto wanted_key = request_key(found_in, key.as_object());
    if (!seen.insert(wanted_key).second)
      throw invalid("Provided list of item keys contains duplicates");
    if (seen.size() > mood.items_max) {
      left.push_back(key);
    } else if (const auto* item = found_in.find(wanted_key); item != nullptr) {
      items.push_back(*item);
      read_units_ += read_units(stored_bytes(*item));
    }
  }
  json::object unprocessed;
  if (!left.empty()) {
    auto again = request;
    again["Keys"] = std::move(left);
    unprocessed[name] = std::move(again);
  }
  return {{"Responses", json::object{{name, std::move(items)}}},
          {"UnprocessedKeys", std::move(unprocessed)}};
}

json::object DynamoService::query(const json::object& body, const ServiceMood& mood) const {
  check_members(body, {"TableName", "IndexName", "KeyConditionExpression", "ConsistentRead",
                       "ExpressionAttributeNames", "ExpressionAttributeValues", "Limit",
                       "ScanIndexForward", "ExclusiveStartKey"});
  const auto& table = table_of(body);
  auto placeholders = placeholders_of(body);
  auto condition = Condition::parse(body.at("KeyConditionExpression").as_string(), placeholders);
  placeholders.check_all_used();
  SimulatedTable::Range range;
  range.partition = condition.required_text(table.partition_key());
  if (auto name = find_string(body, "IndexName")) range.index = &table.index(*name);
  range.backwards = !find_bool(body, "ScanIndexForward").value_or(true);
  range.after = find_object(body, "ExclusiveStartKey");
  auto limit = find_integer(body, "Limit");
  if (limit && *limit < 1) throw invalid("Limit must be at least 1");
  if (limit) range.items_max = static_cast<std::size_t>(*limit);
  range.items_max = std::min(range.items_max, mood.items_max);
  auto page = table.query(range, [&](const json::object& item) { return condition.holds(item); });
  cut_page(page, table, range.index);

  std::size_t bytes = 0;
  for (const auto& item : page.items) bytes += stored_bytes(item);
  read_units_ = read_units(bytes);
  json::array items;
  for (auto& item : page.items) items.emplace_back(std::move(item));
  json::object answer{{"Count", items.size()}, {"ScannedCount", items.size()}};
  answer["Items"] = std::move(items);
  if (page.last_key) answer["LastEvaluatedKey"] = *std::move(page.last_key);
  return answer;
}

// ---- writing -----------------------------------------------------------------------------------

/// Throws unless the item (null: there is none) fulfils the request's condition, if it has one.
void DynamoService::check_condition(const json::object& body, Placeholders& placeholders,
                                    const SimulatedTable& table, const json::object* item) {
  auto text = find_string(body, "ConditionExpression");
  if (!text) return;
  auto condition = Condition::parse(*text, placeholders);
  if (condition.holds(item == nullptr ? json::object() : *item)) return;
  write_units_ = write_units(table, item, item);
  throw DynamoError{"ConditionalCheckFailedException", "The conditional request failed"};
}

json::object DynamoService::put_item(const json::object& body) {
  check_members(body, {"TableName", "Item", "ConditionExpression", "ExpressionAttributeNames",
                       "ExpressionAttributeValues"});
  auto& table = table_of(body);
  const auto& item = body.at("Item").as_object();
  table.check(item);
  auto placeholders = placeholders_of(body);
  const auto* existing = table.find(table.key_of(item));
  check_condition(body, placeholders, table, existing);
  placeholders.check_all_used();
  write_units_ = write_units(table, existing, &item);
  table.put(item);
  return {};
}

json::object DynamoService::update_item(const json::object& body) {
  check_members(body, {"TableName", "Key", "UpdateExpression", "ConditionExpression",
                       "ExpressionAttributeNames", "ExpressionAttributeValues"});
  auto& table = table_of(body);
  const auto& given = body.at("Key").as_object();
  auto key = request_key(table, given);
  auto placeholders = placeholders_of(body);
  auto update = Update::parse(body.at("UpdateExpression").as_string(), placeholders);
  const auto* existing = table.find(key);
  check_condition(body, placeholders, table, existing);
  placeholders.check_all_used();
  auto item = existing == nullptr ? given : *existing;
  update.apply(item);
  if (table.key_of(item) != key) throw invalid("Cannot update attribute. It is part of the key");
  write_units_ = write_units(table, existing, &item);
  table.put(std::move(item));
  return {};
}

json::object DynamoService::delete_item(const json::object& body) {
  check_members(body, {"TableName", "Key", "ConditionExpression", "ExpressionAttributeNames",
                       "ExpressionAttributeValues"});
  auto& table = table_of(body);
  auto key = request_key(table, body.at("Key").as_object());
  auto placeholders = placeholders_of(body);
  const auto* existing = table.find(key);
  check_condition(body, placeholders, table, existing);
  placeholders.check_all_used();
  write_units_ = write_units(table, existing, nullptr);
  table.erase(key);
  return {};
}

}  // namespace tapedeck::simulator
