#include "store/dynamo_client.h"

#include <algorithm>
#include <cctype>

#include "base/check.h"

namespace tapedeck {

namespace {

constexpr std::size_t batch_keys_max = 100;  // the service's own limit
constexpr int unprocessed_rounds_max = 20;
constexpr Millis retry_pause_first{20};
constexpr Millis retry_pause_max{2'000};

const json::object& member(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_object()) {
    throw Error(Fault::unavailable,
                "DynamoDB's answer has no object '" + std::string(name) + "' in it");
  }
  return value->get_object();
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Adds what every `#name` in the text stands for.
void add_names(json::object& names, std::string_view text, const std::string& id) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '#') continue;
    auto end = at + 1;
    while (end < text.size() && is_word(text[end])) ++end;
    auto name = text.substr(at, end - at);
    names[name] = name == "#id" ? std::string_view(id) : name.substr(1);
  }
}

void add_expression(json::object& body, std::string_view field, const std::string& text,
                    const DynamoExpression& meaning) {
  if (text.empty()) return;
  body[field] = text;
  auto names = json::object();
  if (auto* old = body.if_contains("ExpressionAttributeNames")) names = old->get_object();
  add_names(names, text, meaning.id);
  if (!names.empty()) body["ExpressionAttributeNames"] = std::move(names);
  json::object values;
  for (const auto& [name, value] : meaning.values.wire()) {
    values[":" + std::string(name)] = value;
  }
  if (!values.empty()) body["ExpressionAttributeValues"] = std::move(values);
}

std::string_view sort_key_of(const std::string& index) {
  if (index.empty()) return "SK";
  return index == "listed" ? "L" : "C";
}

/// Nothing when it is none of DynamoDB's.
std::optional<json::object> parse_body(const AwsAnswer& answer) {
  try {
    return parse_json_object(answer.body);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string detail_of(const json::object& body) {
  auto detail = find_string(body, "message");
  if (!detail) detail = find_string(body, "Message");
  return detail.value_or("");
}

DynamoPage page_in(const json::object& body) {
  DynamoPage page;
  for (const auto& item : body.at("Items").as_array()) page.items.emplace_back(item.as_object());
  if (const auto* last = body.if_contains("LastEvaluatedKey")) page.next = json::serialize(*last);
  return page;
}

void require_done(const std::string& operation, const std::string& code,
                  const std::string& detail) {
  if (code.empty()) return;
  throw Error(Fault::unavailable, "DynamoDB's " + operation + ": " + code + ": " + detail);
}

}  // namespace

std::string dynamo_error_code(const AwsAnswer& answer) {
  if (answer.status == 200) return {};
  auto body = parse_body(answer);
  if (!body) return {};
  auto type = find_string(*body, "__type").value_or("");
  auto hash = std::find(type.begin(), type.end(), '#');
  return hash == type.end() ? type : std::string(hash + 1, type.end());
}

/// `code` is empty when it was done.
struct DynamoClient::Answer {
  std::string code;
  std::string detail;
  json::object body;
  bool repeated = false;
};

DynamoClient::DynamoClient(AwsClient& aws, Env& env, std::string table)
    : aws_(aws), env_(env), table_(std::move(table)) {}

Task<DynamoClient::Answer> DynamoClient::call(const std::string& operation,
                                              const json::object& body) {
  auto text = json::serialize(body);
  AwsCall call{.method = "POST"};
  call.fields.set("X-Amz-Target", "DynamoDB_20120810." + operation);
  call.fields.set("Content-Type", "application/x-amz-json-1.0");
  call.body = text;
  auto reply = co_await aws_.send(call);
  auto parsed = parse_body(reply);
  if (!parsed || (reply.status != 200 && reply.code.empty())) {
    throw Error(Fault::unavailable, "DynamoDB's " + operation + " was answered with status " +
                                        std::to_string(reply.status) +
                                        " and a body that is none of DynamoDB's");
  }
  Answer answer;
  answer.code = reply.code;
  answer.repeated = reply.repeated;
  answer.body = std::move(*parsed);
  answer.detail = detail_of(answer.body);
  co_return answer;
}

json::object DynamoClient::about(const DynamoKey& key) const {
  return {{"TableName", table_}, {"Key", DynamoItem(key).wire()}};
}

Task<std::optional<DynamoItem>> DynamoClient::find(const DynamoKey& key) {
  auto body = about(key);
  body["ConsistentRead"] = true;
  auto answer = co_await call("GetItem", body);
  require_done("GetItem", answer.code, answer.detail);
  if (!answer.body.contains("Item")) co_return std::nullopt;
  co_return DynamoItem(member(answer.body, "Item"));
}

Task<std::vector<DynamoItem>> DynamoClient::find_all(const std::vector<DynamoKey>& keys) {
  std::vector<DynamoItem> found;
  for (std::size_t at = 0; at < keys.size(); at += batch_keys_max) {
    json::array wanted;
    for (auto i = at; i < std::min(keys.size(), at + batch_keys_max); ++i) {
      wanted.push_back(DynamoItem(keys[i]).wire());
    }
    json::object request{
        {table_, json::object{{"Keys", std::move(wanted)}, {"ConsistentRead", true}}}};
    for (int round = 0; !request.empty(); ++round) {
      if (round == unprocessed_rounds_max) {
        throw Error(Fault::unavailable, "DynamoDB's BatchGetItem leaves items out");
      }
      if (round > 0) {
        auto pause = pause_before_retry(round, retry_pause_first, retry_pause_max, env_);
        co_await env_.sleep(pause);
      }
      json::object body{{"RequestItems", request}};
      auto answer = co_await call("BatchGetItem", body);
      require_done("BatchGetItem", answer.code, answer.detail);
      const auto& responses = member(answer.body, "Responses");
      if (const auto* items = responses.if_contains(table_)) {
        for (const auto& item : items->as_array()) found.emplace_back(item.as_object());
      }
      const auto* left = answer.body.if_contains("UnprocessedKeys");
      request = left == nullptr ? json::object() : left->as_object();
    }
  }
  co_return found;
}

Task<DynamoPage> DynamoClient::query(const DynamoQuery& query) {
  json::object body{{"TableName", table_}, {"ConsistentRead", true}};
  if (!query.index.empty()) body["IndexName"] = query.index;
  DynamoExpression range;
  range.values.set_text("pk", query.pk);
  range.values.set_text("from", query.from);
  range.values.set_text("to", query.to);
  auto text = "PK = :pk AND " + std::string(sort_key_of(query.index)) + " BETWEEN :from AND :to";
  add_expression(body, "KeyConditionExpression", text, range);
  if (query.backwards) body["ScanIndexForward"] = false;
  if (query.max > 0) body["Limit"] = query.max;
  if (!query.after.empty()) body["ExclusiveStartKey"] = parse_json_object(query.after);
  auto answer = co_await call("Query", body);
  require_done("Query", answer.code, answer.detail);
  co_return page_in(answer.body);
}

Task<DynamoPage> DynamoClient::scan(const std::string& after, std::size_t max) {
  json::object body{{"TableName", table_}, {"ConsistentRead", true}, {"Limit", max}};
  if (!after.empty()) body["ExclusiveStartKey"] = parse_json_object(after);
  auto answer = co_await call("Scan", body);
  require_done("Scan", answer.code, answer.detail);
  co_return page_in(answer.body);
}

Task<std::vector<DynamoItem>> DynamoClient::query_all(DynamoQuery query) {
  std::vector<DynamoItem> items;
  do {
    auto page = co_await this->query(query);
    items.insert(items.end(), page.items.begin(), page.items.end());
    query.after = page.next;
  } while (!query.after.empty());
  co_return items;
}

Task<Written> DynamoClient::write(const std::string& operation, json::object body) {
  auto answer = co_await call(operation, body);
  if (answer.code == "ConditionalCheckFailedException") {
    co_return answer.repeated ? Written::unclear : Written::refused;
  }
  require_done(operation, answer.code, answer.detail);
  co_return Written::done;
}

Task<Written> DynamoClient::put_if(const DynamoItem& item, const DynamoExpression& condition) {
  json::object body{{"TableName", table_}, {"Item", item.wire()}};
  add_expression(body, "ConditionExpression", condition.text, condition);
  auto written = co_await write("PutItem", body);
  co_return written;
}

Task<void> DynamoClient::put(const DynamoItem& item) {
  DynamoExpression none;
  auto written = co_await put_if(item, none);
  MUST(written == Written::done);
}

Task<Written> DynamoClient::update(const DynamoUpdate& update) {
  auto body = about(update.key);
  add_expression(body, "UpdateExpression", update.change, update.condition);
  add_expression(body, "ConditionExpression", update.condition.text, update.condition);
  auto written = co_await write("UpdateItem", body);
  co_return written;
}

Task<Written> DynamoClient::erase_if(const DynamoKey& key, const DynamoExpression& condition) {
  auto body = about(key);
  add_expression(body, "ConditionExpression", condition.text, condition);
  auto written = co_await write("DeleteItem", body);
  co_return written;
}

Task<void> DynamoClient::erase(const DynamoKey& key) {
  DynamoExpression none;
  auto written = co_await erase_if(key, none);
  MUST(written == Written::done);
}

Task<std::optional<json::object>> DynamoClient::describe_table() {
  json::object body{{"TableName", table_}};
  auto answer = co_await call("DescribeTable", body);
  if (answer.code == "ResourceNotFoundException") co_return std::nullopt;
  require_done("DescribeTable", answer.code, answer.detail);
  co_return member(answer.body, "Table");
}

Task<void> DynamoClient::create_table(const json::object& description) {
  auto body = description;
  body["TableName"] = table_;
  auto answer = co_await call("CreateTable", body);
  if (answer.code == "ResourceInUseException") co_return;
  require_done("CreateTable", answer.code, answer.detail);
}

}  // namespace tapedeck
